package dev.orrery.head;

import dev.orrery.head.artifact.ArtifactStore;
import dev.orrery.head.control.ArtifactCalls;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.GetArtifactRequest;
import dev.orrery.internal.proto.GetArtifactResponse;
import dev.orrery.internal.proto.PutArtifactRequest;
import dev.orrery.internal.proto.PutArtifactResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Keeps the disk's slowness away from the threads that ask for artifacts. */
final class StoredArtifacts implements ArtifactCalls, AutoCloseable {
    private static final int THREADS = 2;

    private final ArtifactStore store;
    private final ExecutorService disk = Executors.newFixedThreadPool(THREADS, new NamedThreads("head-artifacts"));

    StoredArtifacts(ArtifactStore store) {
        this.store = store;
    }

    void start() {
        store.start();
    }

    @Override
    public List<ArtifactRef> missing(List<ArtifactRef> artifacts) {
        return store.missing(artifacts);
    }

    @Override
    public CompletableFuture<PutArtifactResponse> put(PutArtifactRequest request) {
        return CompletableFuture.supplyAsync(
                () -> PutArtifactResponse.newBuilder()
                        .setComplete(store.put(request.getArtifact(), request.getOffset(), request.getData()))
                        .build(),
                disk);
    }

    @Override
    public CompletableFuture<GetArtifactResponse> get(GetArtifactRequest request) {
        return CompletableFuture.supplyAsync(
                () -> {
                    ArtifactStore.Chunk chunk =
                            store.get(request.getSha256(), request.getOffset(), request.getMaxBytes());
                    return GetArtifactResponse.newBuilder()
                            .setSize(chunk.size())
                            .setData(chunk.data())
                            .build();
                },
                disk);
    }

    @Override
    public void close() {
        disk.shutdownNow();
        store.close();
    }
}
