package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.PipelineState;
import dev.orrery.head.state.ReplicaState;
import java.util.List;
import org.junit.jupiter.api.Test;

class PipelineReconcilerTest {
    private final TestingState state = new TestingState();
    private final PipelineReconciler reconciler = new PipelineReconciler();

    private List<String> replicas() {
        return state.records.replicas("embed").stream()
                .map(ReplicaRecord::getReplica)
                .toList();
    }

    @Test
    void aDeployedPipelineGetsItsGatewayAndReplicasInOnePlan() {
        state.pipeline(PipelineState.DEPLOYING, TestingState.stage("front", 1), TestingState.stage("back", 2));
        state.write(Write.put(state.records.pipeline("embed").orElseThrow().toBuilder()
                .clearGatewayActor()
                .build()));
        state.commit(reconciler);
        assertEquals(List.of("back-1", "back-2", "front-1"), replicas());
        assertEquals(4, state.records.actors().size());
        String gateway = state.records.pipeline("embed").orElseThrow().getGatewayActor();
        assertEquals("embed/gateway", state.actor(gateway).getLabel());
        assertEquals("PENDING", state.actor(gateway).getState());
        assertTrue(state.run(reconciler).isEmpty());
    }

    @Test
    void aNewReplicaTakesTheLowestFreeNumber() {
        state.pipeline(PipelineState.SCALING, TestingState.stage("back", 4))
                .replica("back-1", ReplicaState.SERVING, ActorState.ALIVE)
                .replica("back-3", ReplicaState.SERVING, ActorState.ALIVE)
                .replica("back-2", ReplicaState.DRAINING, ActorState.ALIVE);
        state.commit(reconciler);
        assertEquals(List.of("back-1", "back-2", "back-3", "back-4", "back-5"), replicas());
    }

    @Test
    void scalingInTakesTheHighestNumber() {
        state.pipeline(PipelineState.SCALING, TestingState.stage("back", 1))
                .replica("back-1", ReplicaState.SERVING, ActorState.ALIVE)
                .replica("back-2", ReplicaState.SERVING, ActorState.ALIVE)
                .replica("back-10", ReplicaState.SERVING, ActorState.ALIVE);
        state.commit(reconciler);
        assertEquals("SERVING", state.replicaState("back-1"));
        assertEquals("DRAINING", state.replicaState("back-2"));
        assertEquals("DRAINING", state.replicaState("back-10"));
    }

    @Test
    void scalingInTakesWhatDoesNotServeFirst() {
        state.pipeline(PipelineState.SCALING, TestingState.stage("back", 1))
                .replica("back-1", ReplicaState.ATTACHING, ActorState.ALIVE)
                .replica("back-2", ReplicaState.SERVING, ActorState.ALIVE);
        state.commit(reconciler);
        assertEquals("DRAINING", state.replicaState("back-1"));
        assertEquals("SERVING", state.replicaState("back-2"));
    }

    @Test
    void undeployingDrainsReplicasThenTheGatewayThenDeletes() {
        state.pipeline(PipelineState.STOPPING, TestingState.stage("back", 1))
                .gateway(ActorState.ALIVE)
                .replica("back-1", ReplicaState.SERVING, ActorState.ALIVE);
        state.commit(reconciler);
        assertEquals("DRAINING", state.replicaState("back-1"));
        assertEquals("ALIVE", state.actor("gw").getState());

        state.records.apply(List.of(
                Write.delete(state.actor("back-1")),
                Write.delete(state.records.replicas("embed").get(0))));
        state.commit(reconciler);
        assertEquals("DRAINING", state.actor("gw").getState());

        state.gateway(ActorState.DEAD).commit(reconciler);
        state.commit(reconciler);
        assertTrue(state.records.actors().isEmpty());
        assertTrue(state.records.pipelines().isEmpty());
    }

    @Test
    void aFailedPipelineGivesItsRoomBackAndKeepsItsRecords() {
        state.pipeline(PipelineState.FAILED, TestingState.stage("back", 2))
                .gateway(ActorState.ALIVE)
                .replica("back-1", ReplicaState.STARTING, ActorState.DEAD)
                .replica("back-2", ReplicaState.STARTING, ActorState.ALIVE);
        state.commit(reconciler);
        assertEquals("DRAINING", state.actor("gw").getState());
        assertEquals("DEAD", state.actor("back-1").getState());
        assertEquals("DRAINING", state.actor("back-2").getState());
        assertEquals(List.of("back-1", "back-2"), replicas());
    }

    @Test
    void aLargeStageGrowsOverSeveralPlans() {
        state.pipeline(PipelineState.DEPLOYING, TestingState.stage("back", 100));
        state.commit(reconciler);
        assertEquals(64, replicas().size());
        state.commit(reconciler);
        assertEquals(100, replicas().size());
    }
}
