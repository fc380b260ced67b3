package dev.orrery.head.store;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;

/** The UUID of the cluster that a head belongs to, kept in its data directory. */
public final class ClusterIdFile {
    private final Path file;

    public ClusterIdFile(Path dataDir) {
        this.file = dataDir.resolve("cluster-id");
    }

    /** Empty when this head never knew a cluster. */
    public Optional<String> read() {
        try {
            String id = Files.readString(file).strip();
            return Optional.of(UUID.fromString(id).toString());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            throw OrreryException.of(ErrorCode.STORE_LOST, "cannot read the cluster's UUID from " + file, e);
        }
    }

    /** Survives a loss of power once it returns. */
    public void write(String id) {
        Path fresh = file.resolveSibling("cluster-id.tmp");
        try {
            Files.createDirectories(file.getParent());
            try (FileChannel channel = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(id + "\n");
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                directory.force(true);
            }
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.INVALID_CONFIG, "cannot write the cluster's UUID to " + file, e);
        }
    }

    /** This head belongs to no cluster from now on. */
    public void forget() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.INVALID_CONFIG, "cannot delete " + file, e);
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
