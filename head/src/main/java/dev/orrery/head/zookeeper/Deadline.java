package dev.orrery.head.zookeeper;

import dev.orrery.internal.time.NanoClock;
import java.time.Duration;

/**
 * When waiting ends.
 *
 * @param reconnecting how long to wait for a connection that is not there, within the limit
 */
record Deadline(NanoClock clock, Duration limit, long endNanos, Duration reconnecting) {
    static Deadline after(NanoClock clock, Duration limit) {
        return new Deadline(clock, limit, clock.nanoTime() + limit.toNanos(), limit);
    }

    /** The same for one who has other things to do than to wait for a connection. */
    Deadline reconnecting(Duration atMost) {
        return new Deadline(clock, limit, endNanos, atMost);
    }

    /** How long to wait for a connection from now on. */
    Duration connectionLeft() {
        Duration left = Duration.ofNanos(leftNanos());
        return reconnecting.compareTo(left) < 0 ? reconnecting : left;
    }

    /** Zero when it is over. */
    long leftNanos() {
        return Math.max(0, endNanos - clock.nanoTime());
    }
}
