package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.NodeState;
import dev.orrery.head.state.PipelineState;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.HostPort;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ActorReconcilerTest {
    private final TestingState state = new TestingState();
    private final ActorReconciler reconciler = new ActorReconciler();

    @BeforeEach
    void aPipelineOnTwoNodes() {
        state.alive("n1").alive("n2").pipeline(PipelineState.RUNNING, TestingState.stage("back", 2));
    }

    private static WorkerReport.Builder report(long incarnation, WorkerState at) {
        return WorkerReport.newBuilder()
                .setLife(TestingState.life("back-1", incarnation))
                .setState(at);
    }

    private void exits(long incarnation) {
        String node = state.actor("back-1").getNode();
        state.reports(
                node,
                report(incarnation, WorkerState.EXITED)
                        .setFailure(Failure.newBuilder().setKind("signal").setMessage("9 (SIGKILL)")));
    }

    private String actorState() {
        return state.actor("back-1").getState();
    }

    @Test
    void aPendingActorIsPlacedAsItsFirstLife() {
        state.replica("back-1", ReplicaState.STARTING, ActorState.PENDING).commit(reconciler);
        assertEquals("STARTING", actorState());
        assertEquals(1, state.actor("back-1").getIncarnation());
        assertEquals("n1", state.actor("back-1").getNode());
    }

    @Test
    void nothingIsPlacedWhereNothingIsHeard() {
        state.observed.disconnected("n1");
        state.node("n2", NodeState.SUSPECT, 4000);
        state.replica("back-1", ReplicaState.STARTING, ActorState.PENDING);
        assertTrue(state.run(reconciler).isEmpty());
        state.node("n2", NodeState.ALIVE, 4000).commit(reconciler);
        assertEquals("n2", state.actor("back-1").getNode());
    }

    @Test
    void anOpenWorkerMakesItAliveWithItsAddresses() {
        state.replica("back-1", ReplicaState.STARTING, ActorState.STARTING);
        state.reports("n1", report(1, WorkerState.OPENING));
        assertTrue(state.run(reconciler).isEmpty());
        HostPort data = HostPort.newBuilder().setHost("h").setPort(5).build();
        state.reports("n1", report(1, WorkerState.OPEN).setDataAddress(data)).commit(reconciler);
        assertEquals("ALIVE", actorState());
        assertEquals(data, state.actor("back-1").getDataAddress());
    }

    @Test
    void anotherIncarnationsReportSaysNothing() {
        state.replica("back-1", ReplicaState.STARTING, ActorState.ALIVE);
        state.reports("n1", report(2, WorkerState.EXITED));
        assertTrue(state.run(reconciler).isEmpty());
    }

    @Test
    void theFirstRestartGoesAtOnceAndKeepsTheCause() {
        state.replica("back-1", ReplicaState.SERVING, ActorState.ALIVE);
        exits(1);
        Plan plan = state.commit(reconciler);
        assertEquals(1, plan.writes().size());
        assertEquals("STARTING", actorState());
        assertEquals(2, state.actor("back-1").getIncarnation());
        assertEquals(1, state.actor("back-1").getRestarts());
        assertEquals("9 (SIGKILL)", state.actor("back-1").getCauses(0).getMessage());
        assertFalse(state.actor("back-1").hasDataAddress());
    }

    @Test
    void theSecondRestartWaitsForItsBackoff() {
        state.replica("back-1", ReplicaState.SERVING, ActorState.ALIVE);
        exits(1);
        state.commit(reconciler);
        exits(2);
        state.commit(reconciler);
        assertEquals("RESTARTING", actorState());
        assertTrue(state.after(Duration.ofMillis(99)).run(reconciler).isEmpty());
        state.after(Duration.ofMillis(1)).commit(reconciler);
        assertEquals("STARTING", actorState());
        assertEquals(3, state.actor("back-1").getIncarnation());
    }

    @Test
    void moreCrashesThanAllowedWithinTheWindowEndIt() {
        state.replica("back-1", ReplicaState.SERVING, ActorState.ALIVE);
        crashThrice(Duration.ofSeconds(10));
        assertEquals("DEAD", actorState());
        assertEquals(3, state.actor("back-1").getCausesCount());
    }

    @Test
    void crashesFurtherApartDoNot() {
        state.replica("back-1", ReplicaState.SERVING, ActorState.ALIVE);
        crashThrice(Duration.ofSeconds(31));
        assertEquals("STARTING", actorState());
        assertEquals(4, state.actor("back-1").getIncarnation());
    }

    @Test
    void crashesBeforeAStableServiceDoNotCountAnyMore() {
        state.replica("back-1", ReplicaState.SERVING, ActorState.ALIVE);
        crashAfter(1, Duration.ofSeconds(1));
        crashAfter(2, Duration.ofSeconds(1));
        assertEquals(2, state.actor("back-1").getRestarts());
        crashAfter(3, Duration.ofSeconds(30));
        assertEquals(1, state.actor("back-1").getRestarts());
        crashAfter(4, Duration.ofSeconds(29));
        assertEquals(2, state.actor("back-1").getRestarts());
        assertEquals("STARTING", actorState());
        crashAfter(5, Duration.ofSeconds(1));
        assertEquals("DEAD", actorState());
    }

    /** After so long a service; the next life is placed, unless there is none. */
    private void crashAfter(long incarnation, Duration service) {
        if (actorState().equals("STARTING")) {
            state.reports(state.actor("back-1").getNode(), report(incarnation, WorkerState.OPEN))
                    .commit(reconciler);
        }
        state.after(service);
        exits(incarnation);
        state.commit(reconciler);
        state.after(Duration.ofMillis(200)).heard("n1").heard("n2").commit(reconciler);
    }

    private void crashThrice(Duration apart) {
        for (long incarnation = 1; incarnation <= 3; incarnation++) {
            exits(incarnation);
            state.commit(reconciler);
            state.after(apart).heard("n1").heard("n2").commit(reconciler);
        }
    }

    @Test
    void aDeadNodeDoesNotCountAndTheNextLifeGoesElsewhere() {
        state.replica("back-1", ReplicaState.SERVING, ActorState.ALIVE);
        state.node("n1", NodeState.DEAD, 4000).commit(reconciler);
        assertEquals("STARTING", actorState());
        assertEquals("n2", state.actor("back-1").getNode());
        assertEquals(0, state.actor("back-1").getRestarts());
        assertEquals("node", state.actor("back-1").getCauses(0).getKind());
    }

    @Test
    void whatItsNodeCannotLaunchDoesNotCountAndGoesElsewhere() {
        state.replica("back-1", ReplicaState.STARTING, ActorState.STARTING)
                .cannotLaunch("n1", "no space left on /work");
        state.reports(
                "n1",
                report(1, WorkerState.EXITED)
                        .setNotLaunched(true)
                        .setFailure(Failure.newBuilder().setKind("node").setMessage("no space left on /work")));
        state.commit(reconciler);
        assertEquals("STARTING", actorState());
        assertEquals("n2", state.actor("back-1").getNode());
        assertEquals(0, state.actor("back-1").getRestarts());
        assertEquals(
                "no space left on /work", state.actor("back-1").getCauses(0).getMessage());
    }

    @Test
    void itWaitsWhereNoNodeCanLaunchAndSaysWhy() {
        state.replica("back-1", ReplicaState.STARTING, ActorState.PENDING).node("n2", NodeState.SUSPECT, 4000);
        state.cannotLaunch("n1", "no space left on /work");
        assertTrue(state.run(reconciler).isEmpty());
        Rooms rooms = new Rooms(state.records, state.observed, Settings.defaults());
        assertEquals(
                "stage back replica back-1 needs 1 cpus, 0 gpus; n1 cannot launch: no space left on /work",
                rooms.explain(state.actor("back-1")));
        state.cannotLaunch("n1", "").commit(reconciler);
        assertEquals("n1", state.actor("back-1").getNode());
    }

    @Test
    void aSuspectNodeKeepsItsActors() {
        state.replica("back-1", ReplicaState.SERVING, ActorState.ALIVE);
        assertTrue(state.node("n1", NodeState.SUSPECT, 4000).run(reconciler).isEmpty());
    }

    @Test
    void aLifeThatItsNodeWasToldOfButForgotIsLost() {
        state.replica("back-1", ReplicaState.SERVING, ActorState.ALIVE);
        assertTrue(state.run(reconciler).isEmpty(), "not told yet");
        state.known.add(TestingState.life("back-1", 1));
        state.commit(reconciler);
        assertEquals(2, state.actor("back-1").getIncarnation());
        assertEquals(0, state.actor("back-1").getRestarts());
    }

    @Test
    void anOpenThatTakesTooLongIsACrash() {
        state.replica("back-1", ReplicaState.STARTING, ActorState.STARTING);
        state.reports("n1", report(1, WorkerState.OPENING).setLogPath("/log"));
        state.after(Duration.ofSeconds(20)).heard("n1");
        assertTrue(state.run(reconciler).isEmpty());
        state.after(Duration.ofMillis(1)).commit(reconciler);
        assertEquals(2, state.actor("back-1").getIncarnation());
        assertEquals(1, state.actor("back-1").getRestarts());
        Failure cause = state.actor("back-1").getCauses(0);
        assertEquals("open() did not finish in 20000 ms: embed/back-1 on node n1, it is OPENING", cause.getMessage());
        assertEquals("/log", cause.getLogPath());
    }

    @Test
    void aNewLeaderEndsNothingBeforeTheNodeReports() {
        TestingState fresh = new TestingState();
        fresh.node("n1", NodeState.ALIVE, 4000)
                .pipeline(PipelineState.RUNNING, TestingState.stage("back", 1))
                .replica("back-1", ReplicaState.STARTING, ActorState.STARTING);
        assertTrue(fresh.after(Duration.ofSeconds(25)).run(reconciler).isEmpty());
    }

    @Test
    void aDrainingActorIsDeadOnceItsNodeRunsNothingOfIt() {
        state.replica("back-1", ReplicaState.DRAINING, ActorState.DRAINING);
        state.reports("n1", report(1, WorkerState.OPEN));
        state.dropped.add(TestingState.life("back-1", 1));
        assertTrue(state.run(reconciler).isEmpty(), "it still runs");
        state.reports("n1", report(9, WorkerState.OPEN));
        TestingState gone = new TestingState();
        gone.alive("n1")
                .pipeline(PipelineState.RUNNING, TestingState.stage("back", 1))
                .replica("back-1", ReplicaState.DRAINING, ActorState.DRAINING);
        assertTrue(gone.run(reconciler).isEmpty(), "the node was not told yet");
        gone.dropped.add(TestingState.life("back-1", 1));
        gone.commit(reconciler);
        assertEquals("DEAD", gone.actor("back-1").getState());
    }

    @Test
    void gatewaysArePlacedFirst() {
        TestingState small = new TestingState();
        small.node("n1", NodeState.ALIVE, 1000)
                .registered("n1", 1000)
                .heard("n1")
                .pipeline(PipelineState.DEPLOYING, TestingState.stage("back", 1))
                .replica("back-1", ReplicaState.STARTING, ActorState.PENDING)
                .actor("gw", "gateway", "", ActorState.PENDING, "");
        small.commit(reconciler);
        assertEquals("STARTING", small.actor("gw").getState());
        assertEquals("PENDING", small.actor("back-1").getState());
        Rooms rooms = new Rooms(small.records, small.observed, Settings.defaults());
        assertEquals(
                "stage back replica back-1 needs 1 cpus, 0 gpus; free: n1 0.9 cpus 0 gpus",
                rooms.explain(small.actor("back-1")));
    }
}
