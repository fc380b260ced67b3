package dev.orrery.worker;

import java.time.Duration;
import java.util.Optional;

/** Decides whether a worker without its agent goes on. A lost agent alone ends no worker that serves. */
final class AbsencePolicy {
    /**
     * @param accepted an agent answered this process's registration once
     * @param awaySinceNanos since when there is no agent; from the start on when there never was one
     */
    record Absence(boolean accepted, long awaySinceNanos, int readyWorlds, boolean linked) {}

    /** The agent that launched a worker is there; one that is not accepted soon belongs to nobody. */
    static final Duration REGISTRATION_DEADLINE = Duration.ofSeconds(30);

    private final Duration gracePeriod;

    AbsencePolicy(Duration gracePeriod) {
        this.gracePeriod = gracePeriod;
    }

    /** Why to exit; empty to stay. */
    Optional<ExitReason> decide(Absence absence, long nowNanos) {
        long away = nowNanos - absence.awaySinceNanos();
        if (!absence.accepted()) {
            return away > REGISTRATION_DEADLINE.toNanos()
                    ? Optional.of(new ExitReason(
                            ExitReason.UNREGISTERED,
                            "no agent accepted this worker within " + REGISTRATION_DEADLINE,
                            Optional.empty()))
                    : Optional.empty();
        }
        boolean used = absence.readyWorlds() > 0 || absence.linked();
        return away > gracePeriod.toNanos() && !used
                ? Optional.of(new ExitReason(
                        ExitReason.ABANDONED,
                        "the agent is away for longer than " + gracePeriod + ", and nothing uses this worker",
                        Optional.empty()))
                : Optional.empty();
    }
}
