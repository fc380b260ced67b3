package dev.orrery.head.artifact;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This process's unfinished uploads. A file lock says that the process lives; folders of ended ones are swept. */
final class UploadFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UploadFolder.class);
    private static final String PREFIX = "uploads-";
    private static final String LOCK = "lock";

    private final Path directory;
    private final Path folder;
    private Optional<FileChannel> lock = Optional.empty();

    UploadFolder(Path directory) {
        this.directory = directory;
        this.folder = directory.resolve(PREFIX + UUID.randomUUID());
    }

    void open() throws IOException {
        Files.createDirectories(directory);
        // File locks are between processes; within one, the class is the lock.
        synchronized (UploadFolder.class) {
            try (FileChannel all = openLock(directory.resolve(PREFIX + LOCK));
                    FileLock sweeping = all.lock()) {
                LOG.debug("sweeping {} under {}", directory, sweeping);
                sweep();
                Files.createDirectory(folder);
                FileChannel own = openLock(folder.resolve(LOCK));
                own.lock();
                lock = Optional.of(own);
            }
        }
    }

    private void sweep() throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(directory, PREFIX + "*")) {
            for (Path other : folders) {
                if (Files.isDirectory(other) && isAbandoned(other)) {
                    delete(other);
                }
            }
        }
    }

    private static boolean isAbandoned(Path other) throws IOException {
        try (FileChannel channel = openLock(other.resolve(LOCK));
                FileLock taken = channel.tryLock()) {
            return taken != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static FileChannel openLock(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static void delete(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }

    Path file(String sha256) {
        return folder.resolve(sha256);
    }

    @Override
    public void close() {
        try {
            if (lock.isPresent()) {
                delete(folder);
                lock.get().close();
            }
        } catch (IOException e) {
            LOG.warn("cannot remove {}; the next start does", folder, e);
        }
    }
}
