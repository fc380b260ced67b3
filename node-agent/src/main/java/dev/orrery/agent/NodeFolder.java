package dev.orrery.agent;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What a node keeps on disk. One agent at a time holds it. */
final class NodeFolder implements AutoCloseable {
    private final Path root;
    private FileChannel lock;

    NodeFolder(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    Path desiredSet() {
        return root.resolve("desired.pb");
    }

    Path cluster() {
        return root.resolve("cluster");
    }

    Path address() {
        return root.resolve("agent.address");
    }

    Path shim() {
        return root.resolve("worker-shim.sh");
    }

    Path artifacts() {
        return root.resolve("artifacts");
    }

    Path gpuProbe() {
        return root.resolve("gpu-probe");
    }

    Path classArchive() {
        return root.resolve("class-archive");
    }

    Path workers() {
        return root.resolve("workers");
    }

    /** Of processes that no life was bound to; what is bound is linked from {@link #workers()}. */
    Path warm() {
        return root.resolve("warm");
    }

    /** Throws ALREADY_EXISTS, naming the process that holds the folder. The lock ends with this process, however it ends. */
    void open() {
        try {
            Files.createDirectories(workers());
            Files.createDirectories(warm());
            FileChannel channel = FileChannel.open(
                    root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                String holder = read(channel);
                channel.close();
                throw OrreryException.of(
                        ErrorCode.ALREADY_EXISTS,
                        "another node agent" + (holder.isEmpty() ? "" : " (pid " + holder + ")") + " uses the folder "
                                + root + "; stop it, or give this one another agent.data-dir");
            }
            channel.truncate(0);
            byte[] pid = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
            channel.write(ByteBuffer.wrap(pid), 0);
            lock = channel;
        } catch (IOException e) {
            throw OrreryException.of(
                    ErrorCode.INVALID_CONFIG, "cannot use the folder " + root + ": " + e.getMessage(), e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(20);
        int read = channel.read(bytes, 0);
        return read <= 0 ? "" : new String(bytes.array(), 0, read, StandardCharsets.US_ASCII).strip();
    }

    @Override
    public void close() {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.INTERNAL, "cannot release the folder " + root, e);
        }
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
