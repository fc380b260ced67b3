package dev.orrery.nccl.device;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How a thread looks for what it cannot be woken by: without a break at first, then ever less often. For one thread. */
final class Pace {
    private static final int LOOKS_WITHOUT_BREAK = 200;
    private static final long SHORTEST_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LONGEST_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private int looks;
    private long breakNanos = SHORTEST_NANOS;

    /** There was something. */
    void busy() {
        looks = 0;
        breakNanos = SHORTEST_NANOS;
    }

    /** There was nothing. */
    @SuppressWarnings("ThreadPriorityCheck") // Whoever could make something happen may want this core.
    void idle() {
        if (looks < LOOKS_WITHOUT_BREAK) {
            looks++;
            Thread.yield();
            return;
        }
        LockSupport.parkNanos(breakNanos);
        breakNanos = Math.min(LONGEST_NANOS, breakNanos + breakNanos / 2);
    }
}
