package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.PipelineState;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.StageSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipelineStateReconcilerTest {
    private static final StageSpec BACK = TestingState.stage("back", 1);

    private final TestingState state = new TestingState();
    private final PipelineStateReconciler reconciler = new PipelineStateReconciler();

    @ParameterizedTest
    @CsvSource({"DEPLOYING,RUNNING", "SCALING,RUNNING", "RECOVERING,RUNNING", "DEGRADED,RUNNING", "RUNNING,RUNNING"})
    void runsOnceAllOfItServes(PipelineState from, String to) {
        state.pipeline(from, BACK).gateway(ActorState.ALIVE).replica("back-1", ReplicaState.SERVING, ActorState.ALIVE);
        state.commit(reconciler);
        assertEquals(to, state.pipelineState());
    }

    @ParameterizedTest
    @CsvSource({"DEPLOYING,DEPLOYING", "SCALING,SCALING", "RECOVERING,RECOVERING", "RUNNING,RECOVERING"})
    void doesNotRunWhileAReplicaIsMissing(PipelineState from, String to) {
        state.pipeline(from, BACK)
                .gateway(ActorState.ALIVE)
                .replica("back-1", ReplicaState.ATTACHING, ActorState.ALIVE);
        state.commit(reconciler);
        assertEquals(to, state.pipelineState());
    }

    @Test
    void doesNotRunWhileAReplicaDrains() {
        state.pipeline(PipelineState.SCALING, BACK)
                .gateway(ActorState.ALIVE)
                .replica("back-1", ReplicaState.SERVING, ActorState.ALIVE)
                .replica("back-2", ReplicaState.DRAINING, ActorState.ALIVE);
        assertTrue(state.run(reconciler).isEmpty());
    }

    @Test
    void doesNotRunWithoutItsGateway() {
        state.pipeline(PipelineState.RUNNING, BACK)
                .gateway(ActorState.STARTING)
                .replica("back-1", ReplicaState.SERVING, ActorState.ALIVE);
        state.commit(reconciler);
        assertEquals("RECOVERING", state.pipelineState());
    }

    @ParameterizedTest
    @CsvSource({"DEPLOYING,FAILED", "SCALING,DEGRADED", "RECOVERING,DEGRADED", "RUNNING,DEGRADED"})
    void aDeadActorIsTheFailureWithItsFirstCauseFirst(PipelineState from, String to) {
        state.pipeline(from, BACK).gateway(ActorState.ALIVE).replica("back-1", ReplicaState.STARTING, ActorState.DEAD);
        state.write(Write.put(state.actor("back-1").toBuilder()
                .setRestarts(3)
                .addCauses(Failure.newBuilder().setKind("java.io.IOException").setMessage("no model"))
                .build()));
        state.commit(reconciler);
        assertEquals(to, state.pipelineState());
        Failure failure = state.records.pipeline("embed").orElseThrow().getFailure();
        assertEquals("no model", failure.getMessage());
        assertEquals(
                "embed/back-1 stays down: 3 crashes within 60 s, 2 restarts are allowed",
                failure.getConsequence().getMessage());
        assertTrue(state.run(reconciler).isEmpty());
    }

    @Test
    void recoversFromDegradedWithoutItsFailure() {
        state.pipeline(PipelineState.DEGRADED, BACK)
                .gateway(ActorState.ALIVE)
                .replica("back-1", ReplicaState.SERVING, ActorState.ALIVE)
                .replica("back-2", ReplicaState.DRAINING, ActorState.DEAD);
        assertTrue(state.run(reconciler).isEmpty());
        state.records.apply(state.records.replicas("embed").stream()
                .filter(Lives::isDraining)
                .map(Write::delete)
                .toList());
        state.commit(reconciler);
        assertEquals("RUNNING", state.pipelineState());
        assertFalse(state.records.pipeline("embed").orElseThrow().hasFailure());
    }
}
