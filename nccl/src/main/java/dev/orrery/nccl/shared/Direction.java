package dev.orrery.nccl.shared;

import dev.orrery.nccl.watchdog.TransferWatch.Movement;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One direction of a path: whose turn it is to work at it, and what that thread lets others see. The latter without fences:
 * those who must not miss a change look once more at the ring itself.
 */
final class Direction {
    /** Takes longer than to wait for an answer to a small message. */
    private static final long A_LOT = 64 << 10;

    private final AtomicLong progress = new AtomicLong();
    private final AtomicBoolean streams = new AtomicBoolean();
    private final AtomicBoolean moving = new AtomicBoolean();
    private final AtomicBoolean more = new AtomicBoolean();
    private final OneAtATime work;

    Direction(Runnable work) {
        this.work = new OneAtATime(work);
    }

    /** Has the work done, here or by the thread that does it at this moment. */
    void ask() {
        work.ask();
    }

    /**
     * Does the work if there is any that nobody does; returns whether anything moves or may move soon.
     *
     * @param idle whether nobody waits for anything here
     */
    boolean poll(boolean idle) {
        if (idle && !hasMore()) {
            return false;
        }
        long before = progress();
        // Who finds another thread at it must not take that for silence.
        return !work.offer() || progress() != before || hasMore();
    }

    /** Grows with every byte that moves. */
    long progress() {
        return progress.getAcquire();
    }

    void progress(long bytes) {
        streams.setRelease(bytes - progress.getPlain() >= A_LOT);
        progress.setRelease(bytes);
    }

    /** The last movement was one of a lot. */
    boolean streams() {
        return streams.getAcquire();
    }

    void moving(boolean isMoving) {
        moving.setRelease(isMoving);
    }

    Movement movement() {
        return new Movement(moving.getAcquire(), progress.getAcquire());
    }

    /** There is something to be done at once. */
    boolean hasMore() {
        return more.getAcquire();
    }

    void more(boolean isMore) {
        more.setRelease(isMore);
    }
}
