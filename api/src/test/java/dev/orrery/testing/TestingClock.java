package dev.orrery.testing;

import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that a test turns by hand. */
public final class TestingClock implements NanoClock {
    private final AtomicLong now = new AtomicLong(1_000_000_000L);

    @Override
    public long nanoTime() {
        return now.get();
    }

    public void advance(Duration time) {
        now.addAndGet(time.toNanos());
    }

    /** For timers that turn the clock to the moment at which each is due. */
    void set(long nanos) {
        now.set(nanos);
    }
}
