package dev.orrery.head.store;

import java.util.Map;

/** The versions that the created and updated records have now. */
public record CommitResult(Map<RecordKey, Integer> versions) {
    public CommitResult {
        versions = Map.copyOf(versions);
    }
}
