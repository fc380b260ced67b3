package dev.orrery.agent.process;

import java.util.Optional;

/** Whether a recorded worker lives. */
public sealed interface Verdict {
    /** @param worker empty while the shim has not recorded it */
    record Alive(Optional<ProcessId> worker) implements Verdict {}

    /** The worker is dead, and its shim, which lives, has not told how; it is about to, unless something holds it up. */
    record Untold() implements Verdict {}

    record Gone(ExitStatus status) implements Verdict {}

    /** The shim has not begun, or nothing can be said about it. */
    record Unknown() implements Verdict {}

    /**
     * @param before what the shim had written before the processes were looked at
     * @param bootId of the host now
     * @param after what it had written afterwards
     */
    record Evidence(RunRecord before, boolean workerAlive, boolean shimAlive, String bootId, RunRecord after) {}

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
        if (last.bootId().isPresent() && !last.bootId().get().equals(seen.bootId())) {
            return new Gone(new ExitStatus.Lost("the host was restarted"));
        }
        if (!seen.workerAlive() && seen.shimAlive() && seen.before().worker().isPresent()) {
            return new Untold();
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
        boolean sameBoot = before.bootId().equals(Optional.of(processes.bootId()));
        boolean workerAlive =
                sameBoot && before.worker().filter(processes::isAlive).isPresent();
        boolean shimAlive = sameBoot && before.shim().filter(processes::isAlive).isPresent();
        return of(new Evidence(before, workerAlive, shimAlive, processes.bootId(), folder.readRun()));
    }
}
