package dev.orrery.internal.client;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;

/** A wait of a driver that asks the leader again and again. */
final class Waiting {
    private static final long POLL_MILLIS = 20;

    /** A call gets so long even at the end of a wait, so that the wait's own error, which tells more, is the outcome. */
    private static final Duration SHORTEST_CALL = Duration.ofSeconds(1);

    private final NanoClock clock;
    private final Duration timeout;
    private final Duration callTimeout;
    private final long endNanos;

    Waiting(NanoClock clock, Duration timeout, Duration callTimeout) {
        this.clock = clock;
        this.timeout = timeout;
        this.callTimeout = callTimeout;
        this.endNanos = clock.nanoTime() + timeout.toNanos();
    }

    /** For the next call. */
    Duration callTimeout() {
        Duration left = Duration.ofNanos(endNanos - clock.nanoTime());
        Duration enough = left.compareTo(SHORTEST_CALL) < 0 ? SHORTEST_CALL : left;
        return enough.compareTo(callTimeout) < 0 ? enough : callTimeout;
    }

    boolean isOver() {
        return endNanos - clock.nanoTime() <= 0;
    }

    /** Throws CANCELLED when the thread is interrupted. */
    void pause(String what) {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OrreryException.of(ErrorCode.CANCELLED, "interrupted while waiting for " + what, e);
        }
    }

    OrreryException expired(String what) {
        return OrreryException.of(ErrorCode.DEADLINE_EXCEEDED, "waited " + timeout.toMillis() + " ms for " + what);
    }
}
