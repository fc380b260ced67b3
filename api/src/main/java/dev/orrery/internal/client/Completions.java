package dev.orrery.internal.client;

import dev.orrery.internal.time.NanoClock;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads answers for which no thread waits, many at a turn: a thread for each would cost more than the calls. One thread at a
 * time has the turn. What something of the user's depends on it completes after it gave the turn away, as that may block;
 * should that something have come in the last moment, the turn is taken from it by the next answer. Thread-safe.
 */
public final class Completions {
    /** Longer than it takes to read an answer. */
    private static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final long NOBODY = 0;

    private final Executor threads;
    private final NanoClock clock;
    private final long originNanos;
    private final Queue<CallOutcome<?>> waiting = new ConcurrentLinkedQueue<>();

    /** When whoever has the turn began with an answer; no two have the same. */
    private final AtomicLong turn = new AtomicLong(NOBODY);

    Completions(Executor threads, NanoClock clock) {
        this.threads = threads;
        this.clock = clock;
        this.originNanos = clock.nanoTime();
    }

    void submit(CallOutcome<?> outcome) {
        waiting.add(outcome);
        ensureReading();
    }

    private long now() {
        return clock.nanoTime() - originNanos + 1;
    }

    private void ensureReading() {
        long present = turn.get();
        if (present != NOBODY && now() - present < STUCK_NANOS) {
            return;
        }
        long mine = Math.max(now(), present + 1);
        if (!waiting.isEmpty() && turn.compareAndSet(present, mine)) {
            try {
                threads.execute(() -> readAll(mine));
            } catch (RejectedExecutionException e) {
                // The client was closed: what waits is read here, as nobody else will.
                readAll(mine);
            }
        }
    }

    private void readAll(long given) {
        long mine = given;
        for (CallOutcome<?> next = waiting.poll(); next != null; next = waiting.poll()) {
            boolean mayBlock = next.hasDependents();
            long later = mayBlock ? NOBODY : Math.max(now(), mine + 1);
            boolean taken = !turn.compareAndSet(mine, later);
            if (mayBlock || taken) {
                ensureReading();
                next.read();
                // Others do the rest.
                return;
            }
            mine = later;
            next.read();
        }
        turn.compareAndSet(mine, NOBODY);
        ensureReading();
    }
}
