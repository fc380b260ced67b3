package dev.orrery.agent.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.process.ProcessId;
import dev.orrery.agent.process.Verdict;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.PipelinePolicy;
import dev.orrery.internal.proto.StopWorker;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.worker.launch.LaunchSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a restarted agent finds, and what becomes of it. */
class AdoptedWorkersTest extends SupervisorScenario {
    private FoundWorker found(Verdict verdict) {
        return found(verdict, false, true);
    }

    private FoundWorker found(Verdict verdict, boolean calledIn, boolean cleared) {
        LaunchSpec spec = TestingLaunches.spec(A1, "n0");
        host.verdicts.put(host.folder(A1), verdict);
        return new FoundWorker(spec, host.folder(A1), verdict, calledIn, cleared);
    }

    private static Verdict alive() {
        return new Verdict.Alive(Optional.of(new ProcessId(77, 7)));
    }

    @Test
    void whatLivesIsAdoptedAndNotLaunched() {
        supervisor.start(List.of(found(alive())), Optional.of(set(worker(A1, "p/s-1"))));
        assertFalse(supervisor.report().getAdoptionFinished());
        assertFalse(callIn(A1, "n0").getSuperseded());
        assertFalse(supervisor.report().getAdoptionFinished(), "its worlds are not known yet");
        open();
        assertTrue(supervisor.report().getAdoptionFinished());
        assertEquals(77, report(A1).getPid());
        assertEquals(List.of(), host.done);
    }

    @Test
    void adoptionDoesNotWaitForEver() {
        supervisor.start(List.of(found(alive())), Optional.of(set(worker(A1, "p/s-1"))));
        int before = changes;
        clock.advance(Duration.ofSeconds(5));
        supervisor.tick(false);
        assertTrue(supervisor.report().getAdoptionFinished());
        assertTrue(changes > before);
        assertEquals(WorkerState.LAUNCHING, report(A1).getState());
        clock.advance(Duration.ofSeconds(2));
        supervisor.tick(false);
        assertEquals(List.of("kill 77"), host.done);
    }

    @Test
    void anAdoptedWorkerThatHadCalledInAndStaysAwayIsKilledLikeAnyOther() {
        DesiredWorker patient = worker(A1, "p/s-1").toBuilder()
                .setSpec(ActorSpec.newBuilder()
                        .setPolicy(PipelinePolicy.newBuilder().setOpenTimeoutMillis(120_000)))
                .build();
        supervisor.start(List.of(found(alive(), true, true)), Optional.of(set(patient)));
        supervisor.tick(true);
        awake(Duration.ofMillis(4_900));
        assertEquals(List.of(), host.done);
        awake(Duration.ofMillis(200));
        assertEquals(List.of("kill 77"), host.done);
        exits(A1, new ExitStatus.Signal(9));
        assertEquals("silent", report(A1).getFailure().getKind());
    }

    @Test
    void anAdoptedWorkerThatMayStillBeStartingHasItsWholeTime() {
        supervisor.start(List.of(found(alive(), false, true)), Optional.of(set(worker(A1, "p/s-1"))));
        awake(Duration.ofMillis(6_900));
        assertEquals(List.of(), host.done);
        callIn(A1, "n0");
        assertEquals(List.of("a-1"), host.calledIn);
    }

    @Test
    void withoutADesiredSetNothingIsStopped() {
        supervisor.start(List.of(found(alive())), Optional.empty());
        callIn(A1, "n0");
        open();
        supervisor.tick(true);
        assertEquals(WorkerState.OPEN, report(A1).getState());
        supervisor.apply(set());
        assertInstanceOf(StopWorker.class, connection.notices().get(0));
    }

    @Test
    void whatEndedMeanwhileIsReported() {
        FoundWorker ended = found(new Verdict.Gone(new ExitStatus.Signal(9)));
        supervisor.start(List.of(ended), Optional.of(set(worker(A1, "p/s-1"))));
        assertEquals(WorkerState.EXITED, report(A1).getState());
        assertTrue(supervisor.report().getAdoptionFinished());
        assertEquals(List.of("end strays a-1 n0", "ended a-1"), host.done);
    }

    @Test
    void aProcessThatNobodyEverSawIsGivenUp() {
        supervisor.start(List.of(found(new Verdict.Unknown())), Optional.of(set(worker(A1, "p/s-1"))));
        clock.advance(Duration.ofSeconds(7));
        supervisor.tick(true);
        supervisor.tick(true);
        assertTrue(host.done.contains("give up a-1"), host.done.toString());
        assertEquals(WorkerState.EXITED, report(A1).getState());
    }

    @Test
    void whatALifeHasLeftEndsAlsoWhenNobodyAsksForItAfterTheAgentsRestart() {
        host.strays = new CompletableFuture<>();
        FoundWorker ended = found(new Verdict.Gone(new ExitStatus.Signal(9)), false, false);
        supervisor.start(List.of(ended), Optional.of(set(worker(A2, "p/s-1"))));
        assertEquals(List.of("end strays a-1 n0"), host.done);
        host.strays.complete(null);
        assertEquals(List.of("end strays a-1 n0", "ended a-1", "forgotten a-1", "launch a-2 n1"), host.done);
    }

    @Test
    void aProcessThatItsShimCouldNotNameIsKilledWithItsShim() {
        supervisor.start(List.of(found(new Verdict.Alive(Optional.empty()))), Optional.of(set(worker(A1, "p/s-1"))));
        supervisor.apply(set(worker(A2, "p/s-1")));
        assertEquals(List.of("end strays a-1 n0"), host.done);
    }

    @Test
    void aWorkerThatOutlivedItsReassignmentIsKilledAtOnce() {
        supervisor.start(List.of(found(alive())), Optional.of(set(worker(A1, "p/s-1"))));
        supervisor.apply(set(worker(A2, "p/s-1")));
        assertEquals(List.of("kill 77"), host.done);
        assertTrue(callIn(A1, "n0").getSuperseded());
        exits(A1, new ExitStatus.Signal(9));
        assertEquals(WorkerState.LAUNCHING, report(A2).getState());
        assertTrue(host.done.contains("launch a-2 n1"), host.done.toString());
    }
}
