package dev.orrery.head.control;

import com.google.protobuf.MessageLite;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.store.ClusterStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Splits what is too large for one commit, between pipelines only: what one failure caused stays together. */
final class Batches {
    /** Paths, and room for the operation that each record gets. */
    private static final int BYTES_PER_WRITE = 160;

    private Batches() {}

    static List<List<Write>> of(List<Write> writes) {
        return of(writes, ClusterStore.MAX_COMMIT_BYTES);
    }

    static List<List<Write>> of(List<Write> writes, int maxBytes) {
        Map<String, List<Write>> byPipeline = new LinkedHashMap<>();
        writes.forEach(write -> byPipeline
                .computeIfAbsent(write.pipeline(), pipeline -> new ArrayList<>())
                .add(write));
        List<List<Write>> batches = new ArrayList<>();
        List<Write> batch = new ArrayList<>();
        for (List<Write> group : byPipeline.values()) {
            if (!batch.isEmpty() && bytes(batch) + bytes(group) > maxBytes) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.addAll(group);
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }

    private static int bytes(Collection<Write> writes) {
        return writes.stream()
                .mapToInt(write -> BYTES_PER_WRITE
                        + write.value().map(MessageLite::getSerializedSize).orElse(0))
                .sum();
    }
}
