package dev.orrery.nccl.shared;

import dev.orrery.nccl.watchdog.TransferWatch.Movement;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the thread that works at one direction of a path lets others see. Without fences: those who must not miss a change
 * look once more at the ring itself.
 */
final class Direction {
    private final AtomicLong progress = new AtomicLong();
    private final AtomicBoolean moving = new AtomicBoolean();
    private final AtomicBoolean more = new AtomicBoolean();

    /** Grows with every byte that moves. */
    long progress() {
        return progress.getAcquire();
    }

    void progress(long bytes) {
        progress.setRelease(bytes);
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
