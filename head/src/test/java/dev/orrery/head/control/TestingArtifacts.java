package dev.orrery.head.control;

import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.GetArtifactRequest;
import dev.orrery.internal.proto.GetArtifactResponse;
import dev.orrery.internal.proto.PutArtifactRequest;
import dev.orrery.internal.proto.PutArtifactResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * None of it is used by tests but what is missing.
 *
 * @param lacking looked at again with each question
 */
record TestingArtifacts(List<ArtifactRef> lacking) implements ArtifactCalls {
    @Override
    public List<ArtifactRef> missing(List<ArtifactRef> artifacts) {
        return artifacts.stream().filter(lacking::contains).toList();
    }

    @Override
    public CompletableFuture<PutArtifactResponse> put(PutArtifactRequest request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<GetArtifactResponse> get(GetArtifactRequest request) {
        throw new UnsupportedOperationException();
    }
}
