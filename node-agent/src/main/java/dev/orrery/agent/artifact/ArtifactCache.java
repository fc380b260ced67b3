package dev.orrery.agent.artifact;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ArtifactRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.regex.Pattern;

/** Artifacts as {@code <sha256>.jar}, fetched at most once at a time and verified before use. Thread-safe. */
public final class ArtifactCache {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Path folder;
    private final ArtifactSource source;
    private final ScheduledExecutorService worker;
    private final Map<String, CompletableFuture<Path>> fetches = new ConcurrentHashMap<>();

    /** @param worker runs what reads and writes files, and the pauses between attempts */
    public ArtifactCache(Path folder, ArtifactSource source, ScheduledExecutorService worker) {
        this.folder = folder;
        this.source = source;
        this.worker = worker;
    }

    /**
     * The files, in the same order. Retries while the source cannot be reached; whoever waits sets the deadline. Fails with
     * NOT_FOUND, ARTIFACT_CORRUPT or INVALID_ARGUMENT.
     */
    public CompletableFuture<List<Path>> get(List<ArtifactRef> artifacts) {
        List<CompletableFuture<Path>> files = artifacts.stream().map(this::get).toList();
        return CompletableFuture.allOf(files.toArray(CompletableFuture[]::new))
                .thenApply(done -> files.stream().map(CompletableFuture::join).toList());
    }

    private CompletableFuture<Path> get(ArtifactRef artifact) {
        String sha256 = artifact.getSha256();
        if (!SHA256.matcher(sha256).matches()) {
            return CompletableFuture.failedFuture(OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "artifact " + artifact.getName() + " has no SHA-256: '" + sha256 + "'"));
        }
        CompletableFuture<Path> mine = new CompletableFuture<>();
        CompletableFuture<Path> running = fetches.putIfAbsent(sha256, mine);
        if (running != null) {
            return running;
        }
        mine.whenComplete((file, failure) -> {
            // A verified file stays so while this process lives; a failure may be another's next time.
            if (failure != null) {
                fetches.remove(sha256, mine);
            }
        });
        worker.execute(() -> begin(artifact, mine));
        return mine;
    }

    private void begin(ArtifactRef artifact, CompletableFuture<Path> result) {
        Path file = folder.resolve(artifact.getSha256() + ".jar");
        try {
            Files.createDirectories(folder);
            if (Files.exists(file) && ArtifactDownload.sha256(file).equals(artifact.getSha256())) {
                result.complete(file);
                return;
            }
            Path partial = folder.resolve(artifact.getSha256() + ".part");
            new ArtifactDownload(artifact, partial, file, source, worker).start(result);
        } catch (IOException e) {
            result.completeExceptionally(OrreryException.of(
                    ErrorCode.UNAVAILABLE, "cannot keep artifact " + artifact.getName() + " in " + folder, e));
        }
    }
}
