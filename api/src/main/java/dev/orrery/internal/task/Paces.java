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

    /** Of the new one; a slower one counts at once, so that one function that is slow now and then is not underrated. */
    private static final double WEIGHT = 0.2;

    private final Map<String, Long> nanos = new HashMap<>();

    long of(String name) {
        return nanos.getOrDefault(name, UNKNOWN_NANOS);
    }

    void ran(String name, long ranNanos) {
        Long before = nanos.get(name);
        if (before == null) {
            if (nanos.size() < REMEMBERED) {
                nanos.put(name, ranNanos);
            }
        } else {
            nanos.put(name, ranNanos > before ? ranNanos : (long) (before + WEIGHT * (ranNanos - before)));
        }
    }
}
