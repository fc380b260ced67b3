package dev.orrery.head.control;

import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.GetArtifactRequest;
import dev.orrery.internal.proto.GetArtifactResponse;
import dev.orrery.internal.proto.PutArtifactRequest;
import dev.orrery.internal.proto.PutArtifactResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the control plane needs of the place that keeps artifacts. */
public interface ArtifactCalls {
    /** Those of the given that are not (completely) here. Must return soon. */
    List<ArtifactRef> missing(List<ArtifactRef> artifacts);

    CompletableFuture<PutArtifactResponse> put(PutArtifactRequest request);

    CompletableFuture<GetArtifactResponse> get(GetArtifactRequest request);
}
