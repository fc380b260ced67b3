package dev.orrery.examples.cluster;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The folder of one local cluster. One launcher at a time uses it. */
final class ClusterFolder implements AutoCloseable {
    private final Path root;
    private final boolean temporary;
    private final FileChannel lock;

    private ClusterFolder(Path root, boolean temporary, FileChannel lock) {
        this.root = root;
        this.temporary = temporary;
        this.lock = lock;
    }

    static ClusterFolder open(Optional<Path> wanted) {
        try {
            Path root = wanted.isPresent()
                    ? Files.createDirectories(wanted.get().toAbsolutePath().normalize())
                    : Files.createTempDirectory("orrery-cluster-");
            FileChannel channel =
                    FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!lock(channel)) {
                channel.close();
                throw OrreryException.of(
                        ErrorCode.ALREADY_EXISTS,
                        "a local cluster runs in " + root + " already; stop it, or choose another folder with --dir");
            }
            return new ClusterFolder(root, wanted.isEmpty(), channel);
        } catch (IOException e) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "cannot use the folder " + wanted.map(Path::toString).orElse("(new)"),
                    e);
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            FileLock held = channel.tryLock();
            return held != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    Path root() {
        return root;
    }

    Path secret() {
        return root.resolve("secret");
    }

    Path of(String process) {
        return root.resolve(process);
    }

    Path log(String process) {
        return root.resolve("logs").resolve(process + ".log");
    }

    /** For commands that look for a running cluster. */
    void writeAddress(String address) {
        try {
            Files.writeString(root.resolve("address"), address + "\n");
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.INTERNAL, "cannot write the address into " + root, e);
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(root.resolve("address"));
        lock.close();
        if (temporary) {
            remove(root);
        }
    }

    /** Deletes the folder of a process that does not run. */
    void remove(String process) {
        try {
            remove(of(process));
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.INTERNAL, "cannot delete " + of(process), e);
        }
    }

    private static void remove(Path folder) throws IOException {
        List<Path> inside;
        try (Stream<Path> walk = Files.walk(folder)) {
            inside = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : inside) {
            Files.deleteIfExists(path);
        }
    }
}
