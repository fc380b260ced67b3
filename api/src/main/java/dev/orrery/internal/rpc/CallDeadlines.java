package dev.orrery.internal.rpc;

import dev.orrery.internal.time.NanoClock;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The deadlines of all calls of one kind on one connection, by one timer for whichever is the next: most calls end long before
 * theirs, and should not pay for a timer each. Thread-safe.
 */
final class CallDeadlines {
    /** What has the calls. */
    @FunctionalInterface
    interface Calls {
        /** Ends those that are over by now, and tells when the next one of the others will be. On the executor's thread. */
        OptionalLong endOverdue(long nowNanos);
    }

    private static final long NEVER = Long.MAX_VALUE;

    /** Of the thread's time, at most one part in so many is spent looking, however many calls there are. */
    private static final int SHARE = 10;

    private final EventExecutor executor;
    private final NanoClock clock;
    private final long originNanos;
    private final Calls calls;

    /** When to look, as nanoseconds since the origin: such numbers can be compared. */
    private final AtomicLong wake = new AtomicLong(NEVER);

    // On the executor's thread only.
    private Optional<Future<?>> timer = Optional.empty();
    private long timerNanos;

    CallDeadlines(EventExecutor executor, NanoClock clock, Calls calls) {
        this.executor = executor;
        this.clock = clock;
        this.originNanos = clock.nanoTime();
        this.calls = calls;
    }

    /** Looks at the calls once that time has come. To be called after the call was entered where they are looked for. */
    void watch(long endNanos) {
        long end = endNanos - originNanos;
        for (long known = wake.get(); end < known; known = wake.get()) {
            if (wake.compareAndSet(known, end)) {
                arm();
                return;
            }
        }
    }

    private void arm() {
        if (executor.inEventLoop()) {
            schedule();
            return;
        }
        try {
            executor.execute(this::schedule);
        } catch (RejectedExecutionException e) {
            // The transport was closed: the end of the connection is that of its calls.
            wake.set(NEVER);
        }
    }

    private void schedule() {
        long at = wake.get();
        if (at == NEVER || (timer.isPresent() && timerNanos <= at)) {
            return;
        }
        timer.ifPresent(later -> later.cancel(false));
        timerNanos = at;
        long delay = originNanos + at - clock.nanoTime();
        timer = Optional.of(executor.schedule(this::look, delay, TimeUnit.NANOSECONDS));
    }

    private void look() {
        timer = Optional.empty();
        wake.set(NEVER);
        long begun = clock.nanoTime();
        OptionalLong next = calls.endOverdue(begun);
        long now = clock.nanoTime();
        long soonest = now + SHARE * (now - begun);
        next.ifPresent(end -> watch(end - soonest > 0 ? end : soonest));
    }

    /** Nothing is watched any more. On the executor's thread. */
    void close() {
        timer.ifPresent(last -> last.cancel(false));
        timer = Optional.empty();
    }
}
