package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.PipelineState;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.head.state.WorldState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplicaReconcilerTest {
    private final TestingState state = new TestingState();
    private final ReplicaReconciler reconciler = new ReplicaReconciler();

    @BeforeEach
    void aPipeline() {
        state.pipeline(PipelineState.RUNNING, TestingState.stage("back", 1)).gateway(ActorState.ALIVE);
    }

    @Test
    void attachesOnceItsActorIsAlive() {
        state.replica("back-1", ReplicaState.STARTING, ActorState.STARTING);
        assertTrue(state.run(reconciler).isEmpty());
        state.replica("back-1", ReplicaState.STARTING, ActorState.ALIVE).commit(reconciler);
        assertEquals("ATTACHING", state.replicaState("back-1"));
    }

    @Test
    void servesWithAReadyEdgeOnEachSide() {
        state.replica("back-1", ReplicaState.ATTACHING, ActorState.ALIVE)
                .world(1, WorldState.READY, "gw", "back-1")
                .world(2, WorldState.FORMING, "back-1", "gw");
        assertTrue(state.run(reconciler).isEmpty());
        state.world(2, WorldState.READY, "back-1", "gw").commit(reconciler);
        assertEquals("SERVING", state.replicaState("back-1"));
    }

    @Test
    void losesServingWithTheLastEdgeOfASide() {
        state.replica("back-1", ReplicaState.SERVING, ActorState.ALIVE).world(1, WorldState.READY, "gw", "back-1");
        state.commit(reconciler);
        assertEquals("ATTACHING", state.replicaState("back-1"));
    }

    @Test
    void startsAnewWithItsActor() {
        state.replica("back-1", ReplicaState.SERVING, ActorState.RESTARTING).commit(reconciler);
        assertEquals("STARTING", state.replicaState("back-1"));
    }

    @Test
    void aDrainingOneStaysSo() {
        state.replica("back-1", ReplicaState.DRAINING, ActorState.ALIVE);
        assertTrue(state.run(reconciler).isEmpty());
    }
}
