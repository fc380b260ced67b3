package dev.orrery.worker.actor;

import dev.orrery.internal.task.CurrentWork;

/**
 * Tells the node that others may have this worker's CPUs while its user code waits for the result of a task: otherwise tasks that
 * wait for others could hold all CPUs that these need. Thread-safe.
 */
final class CpuLoan implements CurrentWork.Lender {
    private final Runnable onLend;
    private final Runnable onTakeBack;
    private volatile boolean lent;

    CpuLoan(Runnable onLend, Runnable onTakeBack) {
        this.onLend = onLend;
        this.onTakeBack = onTakeBack;
    }

    boolean isLent() {
        return lent;
    }

    @Override
    public void lend() {
        lent = true;
        onLend.run();
    }

    @Override
    public void takeBack() {
        lent = false;
        onTakeBack.run();
    }
}
