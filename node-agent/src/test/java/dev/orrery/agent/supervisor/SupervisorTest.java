package dev.orrery.agent.supervisor;

import static dev.orrery.testing.TestingWorlds.life;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.process.Verdict;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.Assignment;
import dev.orrery.internal.proto.StopWorker;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorkerWelcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is desired is launched, served and ended. */
class SupervisorTest extends SupervisorScenario {
    @Test
    void aDesiredLifeIsLaunchedOnceAndServed() {
        supervisor.start(List.of(), Optional.empty());
        supervisor.apply(set(worker(A1, "p/s-1")));
        assertEquals(List.of("launch a-1 n1"), host.done);
        assertEquals(WorkerState.LAUNCHING, report(A1).getState());

        WorkerWelcome welcome = callIn(A1, "n1");
        assertFalse(welcome.getSuperseded());
        assertEquals(worker(A1, "p/s-1"), welcome.getDesired());
        open();
        assertEquals(WorkerState.OPEN, report(A1).getState());
        assertEquals(101, report(A1).getPid());

        supervisor.apply(set(worker(A1, "p/s-1")));
        assertEquals(List.of(), connection.notices(), "nothing has changed for it");
        supervisor.apply(set(worker(A1, "p/other")));
        Assignment told =
                assertInstanceOf(Assignment.class, connection.notices().get(0));
        assertEquals(3, told.getStamp().getSequence());
        assertEquals(1, host.done.size());
    }

    @Test
    void anEndedLifeIsReportedUntilItIsDroppedAndNeverStartedAgain() {
        run();
        exits(A1, new ExitStatus.Code(3));
        assertEquals(WorkerState.EXITED, report(A1).getState());
        supervisor.tick(true);
        supervisor.apply(set(worker(A1, "p/s-1")));
        assertEquals(List.of("end strays a-1 n1", "ended a-1"), host.done);

        supervisor.apply(set(worker(A2, "p/s-1")));
        assertEquals(List.of("end strays a-1 n1", "ended a-1", "forgotten a-1", "launch a-2 n2"), host.done);
        assertEquals(1, supervisor.report().getWorkersCount());
    }

    @Test
    void stoppingGoesFromAskingToKilling() {
        run();
        supervisor.apply(set());
        assertInstanceOf(StopWorker.class, connection.notices().get(0));
        clock.advance(Duration.ofSeconds(5));
        supervisor.tick(true);
        clock.advance(Duration.ofSeconds(5));
        supervisor.tick(true);
        clock.advance(Duration.ofSeconds(1));
        supervisor.tick(true);
        assertEquals(List.of("terminate 101", "kill 101", "kill 101"), host.done);
        assertEquals(WorkerState.STOPPING, report(A1).getState());
        exits(A1, new ExitStatus.Signal(9));
        assertEquals(0, supervisor.report().getWorkersCount());
        assertTrue(host.done.contains("forgotten a-1"));
    }

    @Test
    void aNewIncarnationWaitsForTheEndOfTheOldOne() {
        run();
        supervisor.apply(set(worker(A2, "p/s-1")));
        assertEquals(List.of("kill 101"), host.done);
        assertEquals(WorkerState.LAUNCHING, report(A2).getState());
        exits(A1, new ExitStatus.Signal(9));
        assertTrue(host.done.contains("launch a-2 n2"), host.done.toString());
    }

    @Test
    void strangersAreToldToExit() {
        run();
        assertTrue(callIn(A1, "other").getSuperseded());
        assertTrue(callIn(life("b", 1), "n1").getSuperseded());
        assertTrue(callIn(A1, "").getSuperseded());
        exits(A1, new ExitStatus.Code(0));
        assertTrue(callIn(A1, "n1").getSuperseded());
    }

    @Test
    void openingHasADeadline() {
        supervisor.start(List.of(), Optional.empty());
        supervisor.apply(set(worker(A1, "p/s-1")));
        callIn(A1, "n1");
        clock.advance(Duration.ofSeconds(7));
        supervisor.tick(false);
        assertTrue(host.done.contains("kill 101"));
        exits(A1, new ExitStatus.Signal(9));
        assertEquals("open-timeout", report(A1).getFailure().getKind());
        assertEquals("signal", report(A1).getFailure().getConsequence().getKind());
    }

    @Test
    void aFailedPreparationIsAFailedLaunch() {
        host.prepared = CompletableFuture.failedFuture(OrreryException.of(ErrorCode.NOT_FOUND, "no such artifact"));
        supervisor.start(List.of(), Optional.empty());
        supervisor.apply(set(worker(A1, "p/s-1")));
        assertEquals(WorkerState.EXITED, report(A1).getState());
        assertEquals("launch", report(A1).getFailure().getKind());
        assertTrue(report(A1).getFailure().getMessage().contains("no such artifact"));
    }

    @Test
    void whatANodeCannotLaunchHasNotRun() {
        host.obstacle = Optional.of("no space left on /work, on host-1");
        supervisor.start(List.of(), Optional.empty());
        supervisor.apply(set(worker(A1, "p/s-1")));
        assertEquals(WorkerState.EXITED, report(A1).getState());
        assertTrue(report(A1).getNotLaunched());
        assertEquals(
                "node cannot launch: no space left on /work, on host-1",
                report(A1).getFailure().getMessage());
        host.obstacle = Optional.empty();
        supervisor.apply(set(worker(A2, "p/s-1")));
        assertEquals(WorkerState.LAUNCHING, report(A2).getState());
        assertFalse(report(A2).getNotLaunched());
    }

    @Test
    void aLifeHasNotEndedBeforeAllThatItStartedIsGone() {
        run();
        host.strays = new CompletableFuture<>();
        exits(A1, new ExitStatus.Signal(9));
        supervisor.apply(set(worker(A2, "p/s-1")));
        assertEquals(List.of("end strays a-1 n1"), host.done);
        assertEquals(WorkerState.STOPPING, report(A1).getState());
        assertEquals(WorkerState.LAUNCHING, report(A2).getState());
        assertTrue(callIn(A1, "n1").getSuperseded());
        host.strays.complete(null);
        assertEquals(List.of("end strays a-1 n1", "ended a-1", "forgotten a-1", "launch a-2 n2"), host.done);
    }

    @Test
    void aShimThatDoesNotTellOfADeadWorkerIsGivenUp() {
        run();
        host.verdicts.put(host.folder(A1), new Verdict.Untold());
        supervisor.tick(true);
        clock.advance(Duration.ofMillis(900));
        supervisor.tick(true);
        assertEquals(List.of(), host.done, "it may be about to");
        clock.advance(Duration.ofMillis(100));
        supervisor.tick(true);
        assertEquals(List.of("end strays a-1 n1"), host.done);
        exits(A1, new ExitStatus.Lost("its shim was killed"));
        assertEquals(WorkerState.EXITED, report(A1).getState());
    }

    @Test
    void stopAllEndsEverything() {
        run();
        supervisor.stopAll();
        assertInstanceOf(StopWorker.class, connection.notices().get(0));
        assertFalse(supervisor.isEmpty());
        exits(A1, new ExitStatus.Code(0));
        assertTrue(supervisor.isEmpty());
    }
}
