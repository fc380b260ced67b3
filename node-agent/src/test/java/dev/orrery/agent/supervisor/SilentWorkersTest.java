package dev.orrery.agent.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.process.Verdict;
import dev.orrery.internal.proto.WorkerState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Workers whose connection is gone. */
class SilentWorkersTest extends SupervisorScenario {
    @Test
    void aClosedConnectionIsLookedIntoUntilTheProcessIsGone() {
        run();
        supervisor.disconnected(connection, "reset");
        assertEquals(1, host.later.size());
        assertEquals(WorkerState.OPEN, report(A1).getState());
        host.verdicts.put(host.folder(A1), new Verdict.Gone(new ExitStatus.Signal(9)));
        host.later.remove(0).run();
        assertEquals(WorkerState.EXITED, report(A1).getState());
        assertEquals(List.of(), host.later);
    }

    @Test
    void aWorkerThatLivesButStaysAwayIsKilled() {
        run();
        supervisor.disconnected(connection, "silent for 2 s");
        awake(Duration.ofMillis(4_900));
        assertEquals(List.of(), host.done);
        awake(Duration.ofMillis(200));
        assertEquals(List.of("kill 101"), host.done);
        assertTrue(callIn(A1, "n1").getSuperseded(), "it is being ended");
        assertEquals(WorkerState.STOPPING, report(A1).getState());
        exits(A1, new ExitStatus.Signal(9));
        assertEquals("silent", report(A1).getFailure().getKind());
    }

    @Test
    void aWorkerThatComesBackInTimeIsLeftAlone() {
        run();
        supervisor.disconnected(connection, "silent for 2 s");
        awake(Duration.ofSeconds(4));
        callIn(A1, "n1");
        awake(Duration.ofSeconds(10));
        assertEquals(List.of(), host.done);
    }

    @Test
    void whileTheAgentItselfWasStoppedNobodyWasSilent() {
        run();
        supervisor.tick(true);
        supervisor.disconnected(connection, "silent for 2 s");
        clock.advance(Duration.ofSeconds(60));
        supervisor.tick(true);
        awake(Duration.ofMillis(4_900));
        assertEquals(List.of(), host.done);
        callIn(A1, "n1");
        awake(Duration.ofSeconds(10));
        assertEquals(List.of(), host.done);
    }
}
