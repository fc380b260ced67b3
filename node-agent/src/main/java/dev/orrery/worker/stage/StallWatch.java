package dev.orrery.worker.stage;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Notices a call into user code that takes too long. The call's age grows by ticks, and a tick that comes late counts at
 * most twice the interval: a pause of the whole process is not the user's stall.
 */
final class StallWatch {
    private static final long IDLE = 0;

    private final long limitNanos;
    private final long intervalNanos;
    private final AtomicLong calls = new AtomicLong();
    private volatile long current = IDLE;

    // Of the watchdog's thread.
    private long seen = IDLE;
    private long ageNanos;
    private long lastTick;

    StallWatch(long limitNanos, long intervalNanos, long nowNanos) {
        this.limitNanos = limitNanos;
        this.intervalNanos = intervalNanos;
        this.lastTick = nowNanos;
    }

    void begin() {
        current = calls.incrementAndGet();
    }

    void end() {
        current = IDLE;
    }

    /** True when the call under way has lasted for the limit. */
    boolean stalled(long nowNanos) {
        long call = current;
        long passed = Math.min(nowNanos - lastTick, 2 * intervalNanos);
        lastTick = nowNanos;
        if (call != seen) {
            seen = call;
            ageNanos = 0;
            return false;
        }
        ageNanos += passed;
        return call != IDLE && ageNanos >= limitNanos;
    }
}
