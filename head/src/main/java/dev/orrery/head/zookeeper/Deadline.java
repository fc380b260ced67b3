package dev.orrery.head.zookeeper;

import dev.orrery.internal.time.NanoClock;
import java.time.Duration;

/** When waiting ends. */
record Deadline(NanoClock clock, Duration limit, long endNanos) {
    static Deadline after(NanoClock clock, Duration limit) {
        return new Deadline(clock, limit, clock.nanoTime() + limit.toNanos());
    }

    /** Zero when it is over. */
    long leftNanos() {
        return Math.max(0, endNanos - clock.nanoTime());
    }
}
