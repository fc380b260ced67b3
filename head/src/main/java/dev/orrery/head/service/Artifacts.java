package dev.orrery.head.service;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ArtifactRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Whether this head holds the code that something needs. */
final class Artifacts {
    /** The id in errors by which a client knows that it has to upload something again: another head leads by now. */
    private static final String ARTIFACT = "artifact";

    private Artifacts() {}

    /** Throws NOT_FOUND with those that it does not hold. */
    static void checkPresent(
            Function<List<ArtifactRef>, List<ArtifactRef>> missingArtifacts,
            List<ArtifactRef> needed,
            Map<String, String> ids) {
        List<ArtifactRef> missing = missingArtifacts.apply(needed);
        if (!missing.isEmpty()) {
            String names = missing.stream()
                    .map(artifact -> artifact.getName() + " (" + artifact.getSha256() + ")")
                    .collect(Collectors.joining(", "));
            Map<String, String> named = new HashMap<>(ids);
            named.put(ARTIFACT, missing.get(0).getSha256());
            throw OrreryException.of(ErrorCode.NOT_FOUND, "artifacts were not uploaded to this head: " + names, named);
        }
    }
}
