package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import org.junit.jupiter.api.Test;

/** Whether workers of tasks fit, which may lend what they have. Nodes have four CPUs. */
class RoomsTest {
    private final TestingState state = new TestingState().alive("n1");
    private final ActorReconciler reconciler = new ActorReconciler();

    private void pending(String id, long milliCpus) {
        state.write(Write.put(ActorRecord.newBuilder()
                .setActor(id)
                .setLabel(id)
                .setState(ActorState.PENDING.name())
                .setSpec(PlainActorSpec.newBuilder()
                        .setRunsTasks(true)
                        .setOpenTimeoutMillis(5_000)
                        .setResources(Resources.newBuilder().setMilliCpus(milliCpus)))
                .build()));
        state.commit(reconciler);
    }

    private void reports(String id, boolean lends) {
        state.reports(
                "n1",
                WorkerReport.newBuilder()
                        .setLife(Lives.lifeOf(state.actor(id)))
                        .setState(WorkerState.OPEN)
                        .setLendsCpus(lends));
    }

    private String stateOf(String id) {
        state.commit(reconciler);
        return state.actor(id).getState();
    }

    private Rooms rooms() {
        return new Rooms(state.records, state.observed, Settings.defaults());
    }

    @Test
    void whoWaitsForATaskLeavesItsCpusToOthers() {
        pending("parent", 4_000);
        pending("child", 4_000);
        assertEquals("PENDING", stateOf("child"));
        assertEquals(
                "a worker for tasks needs 4 cpus, 0 gpus; free: n1 0 cpus 0 gpus",
                rooms().explain(state.actor("child")));
        reports("parent", true);
        assertEquals("STARTING", stateOf("child"));
    }

    @Test
    void whoGoesOnHasThemAgainAndOthersWait() {
        pending("parent", 4_000);
        reports("parent", true);
        pending("child", 4_000);
        assertEquals("STARTING", stateOf("child"));
        reports("parent", false);
        pending("other", 1_000);
        assertEquals("PENDING", stateOf("other"));
    }

    @Test
    void tellsWhatWouldNotEvenFitOnAnEmptyNode() {
        pending("full", 4_000);
        pending("waits", 4_000);
        pending("never", 5_000);
        assertFalse(rooms().neverFits(state.actor("waits")));
        assertTrue(rooms().neverFits(state.actor("never")));
    }

    @Test
    void gpusCountToo() {
        state.aliveWithGpus("n2", 2, "GPU-a", "GPU-b");
        assertFalse(rooms().neverFits(withGpus(2)));
        assertTrue(rooms().neverFits(withGpus(3)), "each of its GPUs is another one");
    }

    private static ActorRecord withGpus(int gpus) {
        return ActorRecord.newBuilder()
                .setSpec(PlainActorSpec.newBuilder()
                        .setResources(Resources.newBuilder().setGpus(gpus)))
                .build();
    }
}
