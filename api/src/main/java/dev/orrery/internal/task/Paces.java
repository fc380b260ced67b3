package dev.orrery.internal.task;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How long tasks ran lately, by name: how many may be sent ahead to a worker, and how many workers are worth their start, rests
 * on it. Of one that is not known, much is expected. Not thread-safe.
 */
final class Paces {
    static final long UNKNOWN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int REMEMBERED = 10_000;

    /** What is counted is the logarithm, so that one that was held up says little. */
    private static final double WEIGHT = 0.2;

    private static final long LEAST_NANOS = 1_000;

    private final Map<String, Long> nanos = new HashMap<>();

    long of(String name) {
        return nanos.getOrDefault(name, UNKNOWN_NANOS);
    }

    void ran(String name, long ranNanos) {
        double latest = Math.max(LEAST_NANOS, ranNanos);
        Long before = nanos.get(name);
        if (before != null) {
            nanos.put(name, (long) (before * Math.pow(latest / before, WEIGHT)));
        } else if (nanos.size() < REMEMBERED) {
            nanos.put(name, (long) latest);
        }
    }
}
