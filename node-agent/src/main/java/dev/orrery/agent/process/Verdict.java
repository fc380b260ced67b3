package dev.orrery.agent.process;

import java.util.Optional;

/** Whether a recorded worker lives. */
public sealed interface Verdict {
    /** @param worker empty while the shim has not recorded it */
    record Alive(Optional<ProcessId> worker) implements Verdict {}

    record Gone(ExitStatus status) implements Verdict {}

    /** The shim has not begun, or nothing can be said about it. */
    record Unknown() implements Verdict {}

    /** {@code record} is read after {@code processes} could have changed it last, see {@link #of(Evidence)}. */
    record Evidence(RunRecord before, boolean workerAlive, boolean shimAlive, boolean sameBoot, RunRecord after) {}

    /**
     * The records are read on both sides of the look at the processes, because the shim writes the exit status and then
     * ends: seen dead, its last word must be on disk.
     */
    static Verdict of(Evidence seen) {
        RunRecord last = seen.after();
        if (last.exit().isPresent()) {
            return new Gone(ExitStatus.ofShell(last.exit().get()));
        }
        if (!last.claimed()) {
            return new Unknown();
        }
        if (last.bootId().isPresent() && !seen.sameBoot()) {
            return new Gone(new ExitStatus.Lost("the host was restarted"));
        }
        if (seen.workerAlive() || seen.shimAlive()) {
            return new Alive(last.worker());
        }
        if (seen.before().shim().isEmpty()) {
            return new Unknown();
        }
        boolean workerSeen = seen.before().worker().isPresent() || last.worker().isEmpty();
        return workerSeen
                ? new Gone(new ExitStatus.Lost(
                        "its exit status was not recorded: its shim was killed, or the disk is full"))
                : new Unknown();
    }

    static Verdict look(WorkerFolder folder, ProcessTable processes) {
        RunRecord before = folder.readRun();
        boolean workerAlive = before.worker().filter(processes::isAlive).isPresent();
        boolean shimAlive = before.shim().filter(processes::isAlive).isPresent();
        boolean sameBoot = before.bootId().filter(processes.bootId()::equals).isPresent();
        return of(new Evidence(before, sameBoot && workerAlive, sameBoot && shimAlive, sameBoot, folder.readRun()));
    }
}
