package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.PipelineState;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.internal.proto.GatewayReport;
import dev.orrery.internal.proto.ReplicaLoad;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DrainReconcilerTest {
    private final TestingState state = new TestingState();
    private final DrainReconciler reconciler = new DrainReconciler();

    @BeforeEach
    void aDrainingReplica() {
        state.alive("n1")
                .pipeline(PipelineState.SCALING, TestingState.stage("back", 1))
                .gateway(ActorState.ALIVE)
                .replica("back-2", ReplicaState.DRAINING, ActorState.ALIVE);
    }

    private void gatewayReports(int inFlight) {
        state.reports(
                "n1",
                WorkerReport.newBuilder()
                        .setLife(TestingState.life("gw", 1))
                        .setState(WorkerState.OPEN)
                        .setGateway(GatewayReport.newBuilder()
                                .addLeaving(ReplicaLoad.newBuilder()
                                        .setLife(TestingState.life("back-2", 1))
                                        .setInFlight(inFlight))));
    }

    @Test
    void waitsUntilTheGatewayRoutesAroundIt() {
        gatewayReports(0);
        assertTrue(state.run(reconciler).isEmpty());
        state.routedAround.add(TestingState.life("back-2", 1));
        state.commit(reconciler);
        assertEquals("DRAINING", state.actor("back-2").getState());
    }

    @Test
    void waitsUntilItHoldsNoRequest() {
        state.routedAround.add(TestingState.life("back-2", 1));
        assertTrue(state.run(reconciler).isEmpty(), "the gateway has said nothing yet");
        gatewayReports(1);
        assertTrue(state.run(reconciler).isEmpty());
        gatewayReports(0);
        state.commit(reconciler);
        assertEquals("DRAINING", state.actor("back-2").getState());
    }

    @Test
    void theDrainDeadlineEndsTheWait() {
        gatewayReports(1);
        assertTrue(state.after(Duration.ofSeconds(30)).run(reconciler).isEmpty());
        state.after(Duration.ofMillis(1)).commit(reconciler);
        assertEquals("DRAINING", state.actor("back-2").getState());
    }

    @Test
    void withoutAGatewayNothingIsInFlight() {
        state.gateway(ActorState.RESTARTING).commit(reconciler);
        assertEquals("DRAINING", state.actor("back-2").getState());
    }

    @Test
    void whatNeverServedGoesAtOnce() {
        state.replica("back-2", ReplicaState.DRAINING, ActorState.STARTING).commit(reconciler);
        assertEquals("DRAINING", state.actor("back-2").getState());
    }

    @Test
    void theRecordsGoOnceTheActorIsDead() {
        state.replica("back-2", ReplicaState.DRAINING, ActorState.DRAINING);
        assertTrue(state.run(reconciler).isEmpty());
        state.replica("back-2", ReplicaState.DRAINING, ActorState.DEAD).commit(reconciler);
        assertEquals("none", state.replicaState("back-2"));
        assertTrue(state.records.actor("back-2").isEmpty());
    }
}
