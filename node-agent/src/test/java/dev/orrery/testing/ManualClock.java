package dev.orrery.testing;

import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that a test turns; with {@link ManualTimers}, timers too. */
public final class ManualClock implements NanoClock {
    private final AtomicLong now = new AtomicLong(1_000_000_000L);

    @Override
    public long nanoTime() {
        return now.get();
    }

    /** Timers do not fire by this: use {@link ManualTimers#advance}. */
    public void advance(Duration time) {
        now.addAndGet(time.toNanos());
    }

    void set(long nanos) {
        now.set(nanos);
    }
}
