package dev.orrery.worker.actor;

import dev.orrery.Orrery;
import dev.orrery.TaskContext;
import dev.orrery.internal.proto.TaskInfo;

/** A task while it runs, as it sees itself, and as it is interrupted. Thread-safe. */
final class RunningTask implements TaskContext {
    private final TaskInfo info;
    private final OwnJob job;
    private final Thread thread;
    private boolean ended;
    private boolean interrupted;

    RunningTask(TaskInfo info, OwnJob job, Thread thread) {
        this.info = info;
        this.job = job;
        this.thread = thread;
    }

    @Override
    public String task() {
        return info.getId();
    }

    @Override
    public String name() {
        return info.getName();
    }

    @Override
    public int attempt() {
        return info.getAttempt();
    }

    @Override
    public Orrery orrery() {
        return job.orrery();
    }

    /** Nobody waits for it any more. Returns whether it still ran. */
    synchronized boolean interrupt() {
        if (ended) {
            return false;
        }
        interrupted = true;
        thread.interrupt();
        return true;
    }

    /** Its code returned; an interrupt that comes later is not for what runs next. Returns whether one came. */
    synchronized boolean end() {
        ended = true;
        return interrupted;
    }

    synchronized boolean hasEnded() {
        return ended;
    }
}
