package dev.orrery.agent.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.process.ProcessId;
import dev.orrery.agent.process.Verdict;
import dev.orrery.agent.process.WorkerFolder;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.worker.launch.LaunchSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AdoptionTest {
    private static final Verdict ALIVE = new Verdict.Alive(Optional.of(new ProcessId(7, 70)));
    private static final Verdict KILLED = new Verdict.Gone(new ExitStatus.Signal(9));

    private static Adoption decide(Verdict verdict, boolean cleared, Optional<Boolean> desired) {
        Path nowhere = Path.of("/nowhere");
        LaunchSpec spec = TestingLaunches.spec(ActorLife.getDefaultInstance(), "n0");
        return Adoption.decide(new FoundWorker(spec, new WorkerFolder(nowhere), verdict, true, cleared), desired);
    }

    @Test
    void whatLivesIsAwaitedWhateverIsDesired() {
        for (Optional<Boolean> desired : List.of(Optional.<Boolean>empty(), Optional.of(true), Optional.of(false))) {
            for (Verdict verdict : List.of(ALIVE, new Verdict.Untold(), new Verdict.Unknown())) {
                assertEquals(new Adoption.Await(), decide(verdict, false, desired));
            }
        }
    }

    @Test
    void whatEndedIsToldToWhoeverAsksForIt() {
        assertEquals(new Adoption.Ended(new ExitStatus.Signal(9)), decide(KILLED, true, Optional.of(true)));
        assertEquals(new Adoption.Forget(), decide(KILLED, true, Optional.of(false)));
        assertEquals(new Adoption.Forget(), decide(KILLED, true, Optional.empty()));
    }

    @Test
    void whatEndedIsNotForgottenBeforeAllThatItHasLeftIsGone() {
        Adoption ended = new Adoption.Ended(new ExitStatus.Signal(9));
        assertEquals(ended, decide(KILLED, false, Optional.of(true)));
        assertEquals(ended, decide(KILLED, false, Optional.of(false)));
        assertEquals(ended, decide(KILLED, false, Optional.empty()));
    }

    @Test
    void aLostStatusSaysWhen() {
        Adoption adoption =
                decide(new Verdict.Gone(new ExitStatus.Lost("the host was restarted")), true, Optional.of(true));
        ExitStatus status = assertInstanceOf(Adoption.Ended.class, adoption).status();
        assertTrue(((ExitStatus.Lost) status).why().contains("while the agent was away"));
    }
}
