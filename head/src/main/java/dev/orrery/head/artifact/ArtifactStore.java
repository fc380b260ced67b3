package dev.orrery.head.artifact;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ArtifactRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Keeps artifacts; what is there under a SHA-256 has it. The heads of one host may share a directory. Methods block for the
 * disk and may be called on any thread.
 */
public final class ArtifactStore implements AutoCloseable {
    /** Of one answer, and of one piece that is put. */
    public static final int MAX_CHUNK_BYTES = 16 << 20;

    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    private final Path directory;
    private final long maxBytes;
    private final UploadFolder uploads;
    private final Object[] locks = new Object[16];
    /** Read through and found sound by this process. */
    private final Set<String> verified = ConcurrentHashMap.newKeySet();

    /** Part of an artifact, which has {@code size} bytes in all. */
    public record Chunk(long size, ByteString data) {}

    /** @param maxBytes of one artifact */
    public ArtifactStore(Path directory, long maxBytes) {
        this.directory = directory;
        this.maxBytes = maxBytes;
        this.uploads = new UploadFolder(directory);
        Arrays.setAll(locks, index -> new Object());
    }

    /** Makes the directory, and removes what uploads of ended heads left. Throws INVALID_CONFIG. */
    public void start() {
        try {
            uploads.open();
        } catch (IOException e) {
            throw OrreryException.of(
                    ErrorCode.INVALID_CONFIG, "cannot keep artifacts in " + directory + ": " + e.getMessage(), e);
        }
    }

    /** Those of {@code artifacts} that are not completely here. */
    public List<ArtifactRef> missing(List<ArtifactRef> artifacts) {
        return artifacts.stream().filter(artifact -> !has(artifact)).toList();
    }

    private boolean has(ArtifactRef artifact) {
        Path file = file(artifact.getSha256());
        try {
            return Files.size(file) == artifact.getSize();
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw failed("look for", artifact.getSha256(), e);
        }
    }

    /**
     * Takes the bytes at {@code offset}; those before must have come, and bytes that come again are welcome. Returns whether
     * the artifact is complete. Throws ARTIFACT_CORRUPT when its bytes turn out to be others; then all must come again.
     */
    public boolean put(ArtifactRef artifact, long offset, ByteString data) {
        String sha256 = artifact.getSha256();
        Path target = file(sha256);
        long size = artifact.getSize();
        if (size < 0 || size > maxBytes) {
            throw invalid(artifact, "has %d bytes, the limit is %d (head.artifact-limit)".formatted(size, maxBytes));
        }
        if (data.size() > MAX_CHUNK_BYTES || offset < 0 || offset > size - data.size()) {
            throw invalid(
                    artifact,
                    "has %d bytes, and not %d at %d; at most %d come at once"
                            .formatted(size, data.size(), offset, MAX_CHUNK_BYTES));
        }
        synchronized (lock(sha256)) {
            if (has(artifact)) {
                return true;
            }
            Path part = uploads.file(sha256);
            try {
                if (write(artifact, part, offset, data) < size) {
                    return false;
                }
                finish(sha256, part, target);
                return true;
            } catch (IOException e) {
                throw failed("store", sha256, e);
            }
        }
    }

    /** Returns how many bytes there are now. */
    private static long write(ArtifactRef artifact, Path part, long offset, ByteString data) throws IOException {
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (offset > channel.size()) {
                throw OrreryException.of(
                        ErrorCode.INVALID_ARGUMENT,
                        "the next bytes of artifact %s are at %d, not at %d"
                                .formatted(artifact.getName(), channel.size(), offset),
                        Map.of("artifact", artifact.getSha256(), "offset", Long.toString(channel.size())));
            }
            long at = offset;
            for (ByteBuffer piece : data.asReadOnlyByteBufferList()) {
                while (piece.hasRemaining()) {
                    at += channel.write(piece, at);
                }
            }
            channel.force(false);
            return channel.size();
        }
    }

    private void finish(String sha256, Path part, Path target) throws IOException {
        String found = Digests.sha256(part);
        if (!found.equals(sha256)) {
            Files.delete(part);
            throw corrupt(sha256, "what was sent has SHA-256 " + found);
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(directory, StandardOpenOption.READ)) {
            folder.force(true);
        }
        verified.add(sha256);
    }

    /** Throws NOT_FOUND; and ARTIFACT_CORRUPT when the disk has changed the bytes, which are gone then. */
    public Chunk get(String sha256, long offset, int maxChunk) {
        Path file = file(sha256);
        if (offset < 0 || maxChunk <= 0) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT, "no bytes: " + maxChunk + " at " + offset, Map.of("artifact", sha256));
        }
        try {
            verify(sha256, file);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                long left = Math.max(0, channel.size() - offset);
                ByteBuffer data = ByteBuffer.allocate((int) Math.min(left, Math.min(maxChunk, MAX_CHUNK_BYTES)));
                while (data.hasRemaining() && channel.read(data, offset + data.position()) >= 0) {
                    // Until full, or the end of a file that shrinks.
                }
                return new Chunk(channel.size(), ByteString.copyFrom(data.flip()));
            }
        } catch (NoSuchFileException e) {
            throw OrreryException.of(
                    ErrorCode.NOT_FOUND, "artifact " + sha256 + " is not here", Map.of("artifact", sha256));
        } catch (IOException e) {
            throw failed("read", sha256, e);
        }
    }

    private void verify(String sha256, Path file) throws IOException {
        if (verified.contains(sha256)) {
            return;
        }
        synchronized (lock(sha256)) {
            if (!verified.contains(sha256)) {
                String found = Digests.sha256(file);
                if (!found.equals(sha256)) {
                    Files.deleteIfExists(file);
                    throw corrupt(sha256, "what lay in " + file + " has SHA-256 " + found);
                }
                verified.add(sha256);
            }
        }
    }

    private Path file(String sha256) {
        if (!SHA_256.matcher(sha256).matches()) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "'" + sha256 + "' is no SHA-256 in lower case");
        }
        return directory.resolve(sha256);
    }

    private Object lock(String sha256) {
        return locks[Math.floorMod(sha256.hashCode(), locks.length)];
    }

    private static OrreryException invalid(ArtifactRef artifact, String what) {
        return OrreryException.of(
                ErrorCode.INVALID_ARGUMENT,
                "artifact " + artifact.getName() + " " + what,
                Map.of("artifact", artifact.getSha256()));
    }

    private static OrreryException corrupt(String sha256, String what) {
        return OrreryException.of(ErrorCode.ARTIFACT_CORRUPT, what + "; send it again", Map.of("artifact", sha256));
    }

    private OrreryException failed(String what, String sha256, IOException cause) {
        return OrreryException.of(
                ErrorCode.UNAVAILABLE,
                "cannot " + what + " artifact " + sha256 + " in " + directory + ": " + cause.getMessage(),
                cause);
    }

    /** Removes unfinished uploads. */
    @Override
    public void close() {
        uploads.close();
    }
}
