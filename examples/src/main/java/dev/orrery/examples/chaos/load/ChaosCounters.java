package dev.orrery.examples.chaos.load;

import java.util.List;
import java.util.Set;

/** The counters of a run. All are restarted when they die; their calls are never sent again. */
public final class ChaosCounters {
    public static final List<String> NAMES = List.of("counter-1", "counter-2", "exclusive-1", "exclusive-2");

    /** Those that are exclusive actors. */
    public static final Set<String> EXCLUSIVE = Set.of("exclusive-1", "exclusive-2");

    private ChaosCounters() {}

    static boolean isExclusive(String name) {
        return EXCLUSIVE.contains(name);
    }
}
