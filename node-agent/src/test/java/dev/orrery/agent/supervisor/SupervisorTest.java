package dev.orrery.agent.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.process.ProcessId;
import dev.orrery.agent.process.Verdict;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.Assignment;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.PipelinePolicy;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.internal.proto.StopWorker;
import dev.orrery.internal.proto.WorkerHello;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorkerWelcome;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.nccl.HostOptions;
import dev.orrery.testing.TestingClock;
import dev.orrery.testing.TestingConnection;
import dev.orrery.worker.launch.GpuLaunch;
import dev.orrery.worker.launch.LaunchSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SupervisorTest {
    private static final ActorLife A1 = life("a", 1);
    private static final ActorLife A2 = life("a", 2);

    private final TestingWorkerHost host = new TestingWorkerHost();
    private final TestingClock clock = new TestingClock();
    private final TestingConnection connection = new TestingConnection(PeerRole.WORKER, "testing");
    private int changes;
    private long sequence;
    private Supervisor supervisor;

    @BeforeEach
    void create() {
        supervisor = new Supervisor(
                host, clock, new SupervisorSettings("node-1", "host-1", Duration.ofSeconds(10)), () -> changes++);
    }

    private static ActorLife life(String actor, long incarnation) {
        return ActorLife.newBuilder()
                .setActor(actor)
                .setIncarnation(incarnation)
                .build();
    }

    private static DesiredWorker worker(ActorLife life, String label) {
        return DesiredWorker.newBuilder()
                .setLife(life)
                .setLabel(label)
                .setSpec(ActorSpec.newBuilder()
                        .setPolicy(PipelinePolicy.newBuilder().setOpenTimeoutMillis(5_000)))
                .build();
    }

    private DesiredSet set(DesiredWorker... workers) {
        return DesiredSet.newBuilder()
                .setStamp(Stamp.newBuilder().setCluster("c").setEpoch(1).setSequence(++sequence))
                .addAllWorkers(List.of(workers))
                .build();
    }

    private WorkerWelcome callIn(ActorLife life, String nonce) {
        return supervisor.register(
                connection,
                WorkerHello.newBuilder()
                        .setLife(life)
                        .setNonce(nonce)
                        .setPid(101)
                        .build());
    }

    private void open() {
        supervisor.reported(
                connection, WorkerReport.newBuilder().setState(WorkerState.OPEN).build());
    }

    private void exits(ActorLife life, ExitStatus status) {
        host.verdicts.put(host.folder(life), new Verdict.Gone(status));
        supervisor.touched(host.folder(life));
    }

    private WorkerReport report(ActorLife life) {
        return supervisor.report().getWorkersList().stream()
                .filter(worker -> worker.getLife().equals(life))
                .findFirst()
                .orElseThrow();
    }

    private void run() {
        supervisor.start(List.of(), Optional.empty());
        supervisor.apply(set(worker(A1, "p/s-1")));
        callIn(A1, "n1");
        open();
        host.done.clear();
    }

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
        assertEquals(List.of("ended a-1"), host.done);

        supervisor.apply(set(worker(A2, "p/s-1")));
        assertEquals(List.of("ended a-1", "forgotten a-1", "launch a-2 n2"), host.done);
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

    private FoundWorker found(Verdict verdict) {
        Path nowhere = Path.of("/nowhere");
        LaunchSpec spec = new LaunchSpec(
                "n0",
                A1,
                "p/s-1",
                "node-1",
                "host-1",
                "127.0.0.1",
                "c",
                nowhere,
                nowhere,
                nowhere,
                Duration.ofMinutes(1),
                HostOptions.defaults(),
                GpuLaunch.none(),
                List.of());
        host.verdicts.put(host.folder(A1), verdict);
        return new FoundWorker(spec, host.folder(A1), verdict);
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
        assertEquals(List.of("ended a-1"), host.done);
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
    void stopAllEndsEverything() {
        run();
        supervisor.stopAll();
        assertInstanceOf(StopWorker.class, connection.notices().get(0));
        assertFalse(supervisor.isEmpty());
        exits(A1, new ExitStatus.Code(0));
        assertTrue(supervisor.isEmpty());
    }
}
