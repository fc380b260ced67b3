package dev.orrery.head.control;

import com.google.protobuf.MessageLite;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.store.ClusterStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Splits what is too large for one commit, between pipelines only, so that what one failure caused stays together. Records
 * of no pipeline may be split anywhere: reconcilers make good what is missing.
 */
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
        int batchBytes = 0;
        List<Write> ofNone = byPipeline.getOrDefault("", List.of());
        byPipeline.remove("");
        List<List<Write>> groups = new ArrayList<>(byPipeline.values());
        ofNone.forEach(write -> groups.add(List.of(write)));
        for (List<Write> group : groups) {
            int bytes = bytes(group);
            if (!batch.isEmpty() && batchBytes + bytes > maxBytes) {
                batches.add(batch);
                batch = new ArrayList<>();
                batchBytes = 0;
            }
            batch.addAll(group);
            batchBytes += bytes;
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
