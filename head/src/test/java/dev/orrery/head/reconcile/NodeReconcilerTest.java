package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.NodeState;
import dev.orrery.head.state.PipelineState;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeReconcilerTest {
    private final TestingState state = new TestingState();
    private final NodeReconciler reconciler = new NodeReconciler();

    private String nodeState() {
        return state.records.node("n1").orElseThrow().getState();
    }

    @Test
    void aNodeJoinsAndIsAliveOnceItReports() {
        state.registered("n1", 4000).commit(reconciler);
        assertEquals("JOINING", nodeState());
        assertEquals("host-n1", state.records.node("n1").orElseThrow().getHost());
        state.heard("n1").commit(reconciler);
        assertEquals("ALIVE", nodeState());
        assertTrue(state.run(reconciler).isEmpty());
    }

    @Test
    void silenceMakesItSuspectThenDeadAndAReportAlive() {
        state.alive("n1").after(Duration.ofMillis(2001)).commit(reconciler);
        assertEquals("SUSPECT", nodeState());
        state.after(Duration.ofSeconds(28)).commit(reconciler);
        assertEquals("DEAD", nodeState());
        state.heard("n1").commit(reconciler);
        assertEquals("ALIVE", nodeState());
    }

    @Test
    void aClosedConnectionAloneChangesNothing() {
        state.alive("n1").observed.disconnected("n1");
        assertTrue(state.after(Duration.ofSeconds(1)).run(reconciler).isEmpty());
    }

    @Test
    void aNewLeaderCountsSilenceFromItsTakeOver() {
        state.node("n1", NodeState.ALIVE, 4000);
        state.after(Duration.ofSeconds(1)).commit(reconciler);
        assertEquals("ALIVE", nodeState());
        state.after(Duration.ofSeconds(28)).commit(reconciler);
        assertEquals("SUSPECT", nodeState());
        state.after(Duration.ofSeconds(2)).commit(reconciler);
        assertEquals("DEAD", nodeState());
    }

    @Test
    void whatAnAgentSaysAnewIsRecorded() {
        state.alive("n1").registered("n1", 8000).commit(reconciler);
        assertEquals(8000, state.records.node("n1").orElseThrow().getResources().getMilliCpus());
        Resources more = Resources.newBuilder()
                .setMilliCpus(8000)
                .setMemoryBytes(1024)
                .putMilliNamed("tpu", 4000)
                .build();
        state.alive("n1", more, Map.of("zone", "a"));
        assertEquals(more, state.records.node("n1").orElseThrow().getResources());
        assertEquals(Map.of("zone", "a"), state.records.node("n1").orElseThrow().getLabelsMap());
        assertTrue(state.run(reconciler).isEmpty(), "what it said before is written once");
    }

    @Test
    void aDrainingNodeWithAProcessIsNotDrained() {
        state.alive("n1").node("n1", NodeState.DRAINING, 4000);
        state.reports(
                "n1",
                WorkerReport.newBuilder().setLife(TestingState.life("x", 1)).setState(WorkerState.STOPPING));
        state.commit(reconciler);
        assertEquals("DRAINING", nodeState());
        state.reports(
                "n1",
                WorkerReport.newBuilder().setLife(TestingState.life("x", 1)).setState(WorkerState.EXITED));
        state.commit(reconciler);
        assertEquals("DRAINED", nodeState());
    }

    @Test
    void oneThatIsToBeDrainedIsSoOnItsReturn() {
        state.alive("n1").node("n1", NodeState.DEAD, 4000);
        state.write(Write.put(state.records.node("n1").orElseThrow().toBuilder()
                .setDrain(true)
                .build()));
        state.heard("n1").commit(reconciler);
        assertEquals("DRAINED", nodeState());
    }

    @Test
    void aDrainedNodeMayBeSilent() {
        state.alive("n1").node("n1", NodeState.DRAINED, 4000).after(Duration.ofMinutes(10));
        assertTrue(state.run(reconciler).isEmpty());
    }

    @Test
    void aDrainingNodeIsDrainedOnceEmpty() {
        state.alive("n1")
                .pipeline(PipelineState.RUNNING)
                .node("n1", NodeState.DRAINING, 4000)
                .gateway(ActorState.ALIVE);
        state.commit(reconciler);
        assertEquals("DRAINING", nodeState());
        state.actor("gw", "gateway", "", ActorState.ALIVE, "n2").commit(reconciler);
        assertEquals("DRAINED", nodeState());
    }
}
