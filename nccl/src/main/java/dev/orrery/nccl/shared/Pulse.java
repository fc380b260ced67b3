package dev.orrery.nccl.shared;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Something that many threads do often, and one asks whether it was done of late: no clock and no fence for the many. */
final class Pulse {
    /** Counted without care: what matters is whether it changes. */
    private final AtomicLong count = new AtomicLong();

    // Of the thread that asks:
    private long seen;
    private long lastChange;

    Pulse(long now) {
        this.lastChange = now - Duration.ofDays(1).toNanos();
    }

    void beat() {
        count.setOpaque(count.getPlain() + 1);
    }

    /** Whether it was done within that time, as far as could be noticed by asking. */
    boolean isWithin(long now, long nanos) {
        long counted = count.getOpaque();
        if (counted != seen) {
            seen = counted;
            lastChange = now;
        }
        return now - lastChange < nanos;
    }
}
