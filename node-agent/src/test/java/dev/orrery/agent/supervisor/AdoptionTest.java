package dev.orrery.agent.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.process.ProcessId;
import dev.orrery.agent.process.Verdict;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AdoptionTest {
    private static final Verdict ALIVE = new Verdict.Alive(Optional.of(new ProcessId(7, 70)));
    private static final Verdict KILLED = new Verdict.Gone(new ExitStatus.Signal(9));

    @Test
    void whatLivesIsAwaitedWhateverIsDesired() {
        for (Optional<Boolean> desired :
                java.util.List.of(Optional.<Boolean>empty(), Optional.of(true), Optional.of(false))) {
            assertEquals(new Adoption.Await(), Adoption.decide(ALIVE, desired));
            assertEquals(new Adoption.Await(), Adoption.decide(new Verdict.Unknown(), desired));
        }
    }

    @Test
    void whatEndedIsToldToWhoeverAsksForIt() {
        assertEquals(new Adoption.Ended(new ExitStatus.Signal(9)), Adoption.decide(KILLED, Optional.of(true)));
        assertEquals(new Adoption.Forget(), Adoption.decide(KILLED, Optional.of(false)));
        assertEquals(new Adoption.Forget(), Adoption.decide(KILLED, Optional.empty()));
    }

    @Test
    void aLostStatusSaysWhen() {
        Adoption adoption =
                Adoption.decide(new Verdict.Gone(new ExitStatus.Lost("the host was restarted")), Optional.of(true));
        ExitStatus status = assertInstanceOf(Adoption.Ended.class, adoption).status();
        assertTrue(((ExitStatus.Lost) status).why().contains("while the agent was away"));
    }
}
