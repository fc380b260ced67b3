package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.PipelineState;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.head.state.WorldState;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldReport;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorldReconcilerTest {
    private static final long IN = TestingState.world(101);
    private static final long OUT = TestingState.world(102);

    private final TestingState state = new TestingState();
    private final WorldReconciler reconciler = new WorldReconciler();

    @BeforeEach
    void aPipelineOfOneStage() {
        state.alive("n1")
                .pipeline(PipelineState.RUNNING, TestingState.stage("back", 2))
                .gateway(ActorState.ALIVE)
                .replica("back-1", ReplicaState.ATTACHING, ActorState.ALIVE);
    }

    private void report(String actor, long world, dev.orrery.internal.proto.WorldState at) {
        state.reports(
                "n1",
                WorkerReport.newBuilder()
                        .setLife(TestingState.life(actor, 1))
                        .setState(WorkerState.OPEN)
                        .addWorlds(WorldReport.newBuilder().setWorld(world).setState(at)));
    }

    private List<String> edges() {
        return state.records.worlds().stream()
                .map(world -> world.getSpec().getMembers(0).getLife().getActor() + ">"
                        + world.getSpec().getMembers(1).getLife().getActor() + " " + world.getState())
                .sorted()
                .toList();
    }

    private WorldRecord world(long id) {
        return state.records.world(id).orElseThrow();
    }

    @Test
    void formsAnEdgeOnEachSideWithTheUpstreamAsRankZero() {
        state.commit(reconciler);
        assertEquals(List.of("back-1>gw FORMING", "gw>back-1 FORMING"), edges());
        WorldRecord first = state.records.worlds().get(0);
        assertEquals(TestingState.EPOCH, first.getSpec().getId() >>> 32);
        assertEquals(5000, first.getSpec().getFormingTimeoutMillis());
        assertTrue(state.run(reconciler).isEmpty());
    }

    /** On the GPU of the given name, as the first life. */
    private void onGpu(String replica, String device) {
        state.replica(replica, ReplicaState.ATTACHING, ActorState.ALIVE);
        state.write(Write.put(
                state.actor(replica).toBuilder().clearGpus().addGpus(device).build()));
    }

    private WorldRecord edge(String from, String to) {
        return state.records.worlds().stream()
                .filter(world -> world.getSpec()
                                .getMembers(0)
                                .getLife()
                                .getActor()
                                .equals(from)
                        && world.getSpec().getMembers(1).getLife().getActor().equals(to))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void edgesBetweenGpusAreOfNcclAndHaveItsTimeToForm() {
        state.aliveWithGpus("n1", 1, "GPU-a", "GPU-b")
                .pipeline(PipelineState.RUNNING, TestingState.stage("back", 1), TestingState.stage("pool", 2));
        onGpu("back-1", "GPU-a");
        onGpu("pool-1", "GPU-b");
        state.replica("pool-2", ReplicaState.ATTACHING, ActorState.ALIVE).commit(reconciler);
        WorldRecord nccl = edge("back-1", "pool-1");
        assertEquals(Backend.NCCL, nccl.getSpec().getBackend());
        assertEquals(30_000, nccl.getSpec().getFormingTimeoutMillis());
        assertEquals("", nccl.getBackendReason());
        WorldRecord mixed = edge("back-1", "pool-2");
        assertEquals(Backend.HOST, mixed.getSpec().getBackend());
        assertEquals(5_000, mixed.getSpec().getFormingTimeoutMillis());
        assertEquals("rank 1 (embed/pool-2) on n1 holds no GPU", mixed.getBackendReason());
        WorldRecord mouth = edge("gw", "back-1");
        assertEquals(Backend.HOST, mouth.getSpec().getBackend());
        assertEquals("rank 0 (embed/gateway) on n1 holds no GPU", mouth.getBackendReason());
        assertEquals("", edge("pool-2", "gw").getBackendReason(), "no GPU, no reason");
    }

    @Test
    void connectsNeighbourStagesAllToAll() {
        state.pipeline(PipelineState.RUNNING, TestingState.stage("back", 2), TestingState.stage("pool", 1))
                .replica("back-2", ReplicaState.ATTACHING, ActorState.ALIVE)
                .replica("pool-1", ReplicaState.ATTACHING, ActorState.ALIVE)
                .replica("pool-2", ReplicaState.DRAINING, ActorState.ALIVE)
                .replica("pool-3", ReplicaState.STARTING, ActorState.STARTING);
        state.commit(reconciler);
        assertEquals(
                List.of(
                        "back-1>pool-1 FORMING",
                        "back-2>pool-1 FORMING",
                        "gw>back-1 FORMING",
                        "gw>back-2 FORMING",
                        "pool-1>gw FORMING"),
                edges());
    }

    @Test
    void isReadyOnceBothMembersSaySo() {
        state.world(IN, WorldState.FORMING, "gw", "back-1").world(OUT, WorldState.READY, "back-1", "gw");
        report("gw", IN, dev.orrery.internal.proto.WorldState.READY);
        assertTrue(state.run(reconciler).isEmpty());
        report("back-1", IN, dev.orrery.internal.proto.WorldState.READY);
        state.commit(reconciler);
        assertEquals(List.of("back-1>gw READY", "gw>back-1 READY"), edges());
    }

    @Test
    void aWorldThatAMemberCallsBrokenIsDeletedAndAFreshOneFormedAfterABackoff() {
        state.world(IN, WorldState.READY, "gw", "back-1").world(OUT, WorldState.READY, "back-1", "gw");
        report("back-1", IN, dev.orrery.internal.proto.WorldState.BROKEN);
        state.commit(reconciler);
        assertEquals(List.of("back-1>gw READY"), edges());
        assertTrue(state.after(Duration.ofMillis(99)).run(reconciler).isEmpty());
        state.after(Duration.ofMillis(1)).commit(reconciler);
        assertEquals(List.of("back-1>gw READY", "gw>back-1 FORMING"), edges());
        assertTrue(state.records.world(IN).isEmpty(), "ids never recur");
    }

    @Test
    void whatAnEarlierLeaderWasFormingIsFormedAfreshAndWhatIsReadyStays() {
        long forming = ((TestingState.EPOCH - 1) << 32) | 1;
        long ready = ((TestingState.EPOCH - 1) << 32) | 2;
        state.world(forming, WorldState.FORMING, "gw", "back-1").world(ready, WorldState.READY, "back-1", "gw");
        state.commit(reconciler);
        assertEquals(List.of("back-1>gw READY", "gw>back-1 FORMING"), edges());
        assertTrue(state.records.world(forming).isEmpty(), "under another id");
        assertTrue(state.records.world(ready).isPresent());
    }

    @Test
    void theBackoffDoublesWhileAnEdgeKeepsFailing() {
        state.world(OUT, WorldState.READY, "back-1", "gw");
        for (Duration backoff : List.of(Duration.ZERO, Duration.ofMillis(100), Duration.ofMillis(200))) {
            if (!backoff.isZero()) {
                assertTrue(state.after(backoff.minusNanos(1)).run(reconciler).isEmpty());
                state.after(Duration.ofNanos(1));
            }
            state.commit(reconciler);
            assertEquals(List.of("back-1>gw READY", "gw>back-1 FORMING"), edges());
            state.after(Duration.ofMillis(6001)).heard("n1").commit(reconciler);
            assertEquals(List.of("back-1>gw READY"), edges());
        }
    }

    @Test
    void formingHasADeadlineAndTheReportsSomeSlack() {
        state.world(IN, WorldState.FORMING, "gw", "back-1").world(OUT, WorldState.READY, "back-1", "gw");
        assertTrue(state.after(Duration.ofSeconds(6)).run(reconciler).isEmpty());
        Plan plan = state.after(Duration.ofMillis(1)).commit(reconciler);
        assertEquals(List.of("back-1>gw READY"), edges());
        assertTrue(plan.reasons().get(0).line().contains("not READY in 6000 ms: [embed/gw, embed/back-1]"));
    }

    @Test
    void aMembersEndTakesItsWorldsWithIt() {
        state.world(IN, WorldState.READY, "gw", "back-1").world(OUT, WorldState.READY, "back-1", "gw");
        state.actor("back-1", "back-1", "back", ActorState.RESTARTING, "").commit(reconciler);
        assertEquals(List.of(), edges());
    }

    @Test
    void aNextLifeGetsFreshWorldsAtOnce() {
        state.world(IN, WorldState.READY, "gw", "back-1").world(OUT, WorldState.READY, "back-1", "gw");
        state.write(
                Write.put(state.actor("back-1").toBuilder().setIncarnation(2).build()));
        state.commit(reconciler);
        assertEquals(List.of("back-1>gw FORMING", "gw>back-1 FORMING"), edges());
        state.records
                .worlds()
                .forEach(world -> assertTrue(world.getSpec().getMembersList().stream()
                        .anyMatch(member -> member.getLife().equals(TestingState.life("back-1", 2)))));
    }

    @Test
    void aNewLeaderKeepsReadyWorldsAndFormsTheOthersAfresh() {
        long old = (3L << 32) | 1;
        state.world(old, WorldState.FORMING, "gw", "back-1").world((3L << 32) | 2, WorldState.READY, "back-1", "gw");
        state.commit(reconciler);
        assertEquals(List.of("back-1>gw READY", "gw>back-1 FORMING"), edges());
        assertTrue(state.records.world(old).isEmpty());
    }

    @Test
    void aDrainingReplicaKeepsItsWorldsUntilItsActorDrains() {
        state.replica("back-2", ReplicaState.DRAINING, ActorState.ALIVE)
                .world(IN, WorldState.READY, "gw", "back-2")
                .world(OUT, WorldState.READY, "back-1", "gw")
                .world(TestingState.world(103), WorldState.READY, "gw", "back-1");
        assertTrue(state.run(reconciler).isEmpty());
        assertEquals(WorldState.READY.toMessage(), world(IN).getState());
        state.actor("back-2", "back-2", "back", ActorState.DRAINING, "n1").commit(reconciler);
        assertTrue(state.records.world(IN).isEmpty());
    }

    @Test
    void aPipelineThatIsNotWantedGetsNoWorlds() {
        state.pipeline(PipelineState.STOPPING, TestingState.stage("back", 2));
        assertTrue(state.run(reconciler).isEmpty());
    }
}
