package dev.orrery.agent.artifact;

import dev.orrery.internal.proto.GetArtifactRequest;
import dev.orrery.internal.proto.GetArtifactResponse;
import java.util.concurrent.CompletableFuture;

/** Where artifacts come from. Fails with a retryable error while that cannot be reached. */
@FunctionalInterface
public interface ArtifactSource {
    CompletableFuture<GetArtifactResponse> read(GetArtifactRequest request);
}
