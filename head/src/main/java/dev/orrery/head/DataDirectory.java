package dev.orrery.head;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A head's folder, which one head has at a time. */
final class DataDirectory implements AutoCloseable {
    private final Path path;
    private Optional<FileChannel> lock = Optional.empty();

    DataDirectory(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    /** Throws INVALID_CONFIG when it cannot be written, or another head has it. */
    void lock() {
        Path file = path.resolve("lock");
        try {
            Files.createDirectories(path);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock = Optional.of(channel);
            if (channel.tryLock() == null) {
                throw taken();
            }
        } catch (OverlappingFileLockException e) {
            throw taken();
        } catch (IOException e) {
            throw OrreryException.of(
                    ErrorCode.INVALID_CONFIG, "cannot use " + path + " (head.data-dir): " + e.getMessage(), e);
        }
    }

    private OrreryException taken() {
        return OrreryException.of(
                ErrorCode.INVALID_CONFIG,
                "another head runs in " + path + "; give each head its own folder (head.data-dir)");
    }

    @Override
    public void close() throws IOException {
        if (lock.isPresent()) {
            lock.get().close();
        }
    }
}
