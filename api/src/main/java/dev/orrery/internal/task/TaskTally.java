package dev.orrery.internal.task;

import dev.orrery.internal.proto.TasksOfName;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How many tasks of each name there are and were, for who looks at the cluster. Thread-safe. */
final class TaskTally {
    /** Whoever gives each task its own name has the others counted together. */
    static final int MOST_NAMES = 500;

    static final String OTHERS = "(others)";
    private static final int MOST_TOLD = 50;

    private static final class Counts {
        private long open;
        private long done;
        private long failed;
    }

    private final Map<String, Counts> byName = new HashMap<>();

    /** Returns by which name its end is to be told. */
    synchronized String begun(String name) {
        String counted = byName.containsKey(name) || byName.size() < MOST_NAMES ? name : OTHERS;
        byName.computeIfAbsent(counted, first -> new Counts()).open++;
        return counted;
    }

    synchronized void ended(String counted, boolean well) {
        Counts counts = byName.get(counted);
        counts.open--;
        if (well) {
            counts.done++;
        } else {
            counts.failed++;
        }
    }

    /** Those with the most tasks that are not done first, and not too many. */
    synchronized List<TasksOfName> tell() {
        return byName.entrySet().stream()
                .map(entry -> TasksOfName.newBuilder()
                        .setName(entry.getKey())
                        .setOpen(entry.getValue().open)
                        .setDone(entry.getValue().done)
                        .setFailed(entry.getValue().failed)
                        .build())
                .sorted(Comparator.comparing(TasksOfName::getOpen)
                        .thenComparing(TasksOfName::getDone)
                        .reversed()
                        .thenComparing(TasksOfName::getName))
                .limit(MOST_TOLD)
                .toList();
    }
}
