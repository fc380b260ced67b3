package dev.orrery.worker.actor;

import dev.orrery.internal.task.CurrentWork;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tells the node that others may have this worker's CPUs while its user code waits for the result of a task: otherwise tasks that
 * wait for others could hold all CPUs that these need. Where several calls run at once, one that waits is enough. Thread-safe.
 */
final class CpuLoan implements CurrentWork.Lender {
    private final Runnable onLend;
    private final Runnable onTakeBack;
    private final AtomicInteger waiting = new AtomicInteger();

    CpuLoan(Runnable onLend, Runnable onTakeBack) {
        this.onLend = onLend;
        this.onTakeBack = onTakeBack;
    }

    boolean isLent() {
        return waiting.get() > 0;
    }

    @Override
    public void lend() {
        if (waiting.getAndIncrement() == 0) {
            onLend.run();
        }
    }

    @Override
    public void takeBack() {
        if (waiting.decrementAndGet() == 0) {
            onTakeBack.run();
        }
    }
}
