package dev.orrery.agent.artifact;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.GetArtifactRequest;
import dev.orrery.internal.proto.GetArtifactResponse;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.worker.launch.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One artifact on its way: chunk by chunk into a partial file, which gets its name once its bytes are verified. */
final class ArtifactDownload {
    private static final Logger LOG = LoggerFactory.getLogger(ArtifactDownload.class);
    static final int CHUNK_BYTES = 1 << 20;
    static final long RETRY_MILLIS = 200;
    /** Damaged bytes may be a broken disk or a broken head; neither heals by asking for ever. */
    static final int MAX_CORRUPT = 3;

    private final ArtifactRef artifact;
    private final Path partial;
    private final Path file;
    private final ArtifactSource source;
    private final ScheduledExecutorService worker;
    private long offset;
    private int corrupt;

    ArtifactDownload(
            ArtifactRef artifact, Path partial, Path file, ArtifactSource source, ScheduledExecutorService worker) {
        this.artifact = artifact;
        this.partial = partial;
        this.file = file;
        this.source = source;
        this.worker = worker;
    }

    void start(CompletableFuture<Path> result) throws IOException {
        Files.deleteIfExists(partial);
        next(result);
    }

    private void next(CompletableFuture<Path> result) {
        GetArtifactRequest request = GetArtifactRequest.newBuilder()
                .setSha256(artifact.getSha256())
                .setOffset(offset)
                .setMaxBytes(CHUNK_BYTES)
                .build();
        source.read(request).whenCompleteAsync((chunk, failure) -> take(chunk, failure, result), worker);
    }

    private void take(GetArtifactResponse chunk, Throwable failure, CompletableFuture<Path> result) {
        try {
            if (failure != null) {
                retry(ErrorCodec.unwrap(failure), result);
            } else if (append(chunk)) {
                finish(result);
            } else {
                next(result);
            }
        } catch (IOException e) {
            result.completeExceptionally(OrreryException.of(
                    ErrorCode.UNAVAILABLE, "cannot write artifact " + artifact.getName() + " to " + partial, e));
        }
    }

    /** The head may be gone for long: the caller, not this, decides when that is too long. */
    private void retry(Throwable failure, CompletableFuture<Path> result) {
        if (failure instanceof OrreryException known && known.code().retryable()) {
            LOG.debug("artifact {} waits: {}", artifact.getName(), failure.getMessage());
            worker.schedule(() -> next(result), RETRY_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            result.completeExceptionally(failure);
        }
    }

    private boolean append(GetArtifactResponse chunk) throws IOException {
        try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer rest = chunk.getData().asReadOnlyByteBuffer();
            while (rest.hasRemaining()) {
                offset += channel.write(rest, offset);
            }
            boolean complete = offset >= chunk.getSize();
            if (complete) {
                channel.force(true);
            } else if (chunk.getData().isEmpty()) {
                throw new IOException("the head sent nothing at " + offset + " of " + chunk.getSize());
            }
            return complete;
        }
    }

    private void finish(CompletableFuture<Path> result) throws IOException {
        String found = sha256(partial);
        if (found.equals(artifact.getSha256())) {
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            DurableFile.syncFolder(file.getParent());
            result.complete(file);
            return;
        }
        corrupt++;
        OrreryException damaged = OrreryException.of(
                ErrorCode.ARTIFACT_CORRUPT,
                "artifact " + artifact.getName() + " should have SHA-256 " + artifact.getSha256() + ", has " + found);
        if (corrupt >= MAX_CORRUPT) {
            Files.deleteIfExists(partial);
            result.completeExceptionally(damaged);
            return;
        }
        LOG.warn("{}; fetching it again", damaged.getMessage());
        offset = 0;
        start(result);
    }

    static String sha256(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM lacks SHA-256", e);
        }
    }
}
