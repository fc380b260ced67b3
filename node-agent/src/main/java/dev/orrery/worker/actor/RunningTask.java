package dev.orrery.worker.actor;

import dev.orrery.Orrery;
import dev.orrery.TaskContext;
import dev.orrery.internal.proto.TaskInfo;
import dev.orrery.worker.actor.CallQueue.Pause;
import java.util.List;
import java.util.Optional;

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

    /**
     * Nobody waits for it any more. Nothing comes behind it from then on, and what does is given back; empty when it has ended.
     */
    synchronized Optional<List<PendingCall>> interrupt(CallQueue queue) {
        if (ended) {
            return Optional.empty();
        }
        interrupted = true;
        List<PendingCall> behind = queue.pause(Pause.ENDS);
        thread.interrupt();
        return Optional.of(behind);
    }

    /** Its code returned; an interrupt that comes later is not for what runs next. */
    synchronized void end(CallQueue queue) {
        ended = true;
        if (interrupted) {
            queue.resume(Pause.ENDS);
        }
    }

    synchronized boolean hasEnded() {
        return ended;
    }
}
