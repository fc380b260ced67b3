package dev.orrery.agent.supervisor;

import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.process.Verdict;
import java.util.Optional;

/** What a starting agent does with a life that it finds in its node's folder. */
sealed interface Adoption {
    /** Its process lives, or may live: wait for it to call in. */
    record Await() implements Adoption {}

    /** It ended while no agent looked, or not all that it has left was seen to end. */
    record Ended(ExitStatus status) implements Adoption {}

    /** It ended and nobody asks for it any more. */
    record Forget() implements Adoption {}

    /** @param desired whether the desired set on disk names the life; empty when there is no set */
    static Adoption decide(FoundWorker found, Optional<Boolean> desired) {
        if (found.verdict() instanceof Verdict.Gone gone) {
            boolean forgotten = found.cleared() && !desired.orElse(false);
            return forgotten ? new Forget() : new Ended(whileAway(gone.status()));
        }
        return new Await();
    }

    private static ExitStatus whileAway(ExitStatus status) {
        return status instanceof ExitStatus.Lost lost
                ? new ExitStatus.Lost(lost.why() + "; it ended while the agent was away")
                : status;
    }
}
