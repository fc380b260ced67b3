package dev.orrery;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.task.CurrentWork;

/** What a task can know of itself. Any thread may use it while the task runs. */
public interface TaskContext {
    /** Of the task that runs on this thread. Throws UNAVAILABLE where none does. */
    static TaskContext current() {
        return CurrentWork.task()
                .orElseThrow(() -> OrreryException.of(
                        ErrorCode.UNAVAILABLE,
                        "no task runs on thread " + Thread.currentThread().getName()));
    }

    /** Unique in the cluster for ever; the same for each attempt. */
    String task();

    /** As it was given, or else the name of the function. */
    String name();

    /** Counts from 1. A later one may run while an earlier one, on a node that was cut off, does not know that it is over. */
    int attempt();

    /**
     * The cluster, for what this task submits, starts and calls itself. It is a {@linkplain Orrery#job job} of its worker's: what
     * is started through it ends with that worker, which serves other tasks before. Closed by the framework.
     */
    Orrery orrery();
}
