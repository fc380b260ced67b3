package dev.orrery.head.reconcile;

import static dev.orrery.head.reconcile.TestingGroups.bundle;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.state.ActorState;
import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.PlacementGroupSpec.Strategy;
import dev.orrery.internal.proto.Resources;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The GPUs of bundles. */
class GroupGpusTest {
    private final TestingGroups groups = new TestingGroups();
    private final TestingState state = groups.state;

    @Test
    void gpusAreSetAsideByDeviceAndGivenToWhoIsInTheBundle() {
        state.aliveWithGpus("n1", 1, "GPU-a", "GPU-b", "GPU-c");
        groups.group("1-1", Strategy.PACK, bundle(0, 1_000, 2));
        groups.step();
        assertEquals(
                List.of("GPU-a", "GPU-b"), groups.group("1-1").getBundles(0).getGpusList());
        assertEquals(2, groups.rooms().used("n1").getGpus());
        groups.pending("a", "1-1", NodeChoice.newBuilder(), 0, 1);
        groups.pending("b", "1-1", NodeChoice.newBuilder(), 0, 1);
        groups.pending("c", "1-1", NodeChoice.newBuilder(), 0, 1);
        groups.step();
        assertEquals(List.of("GPU-a"), state.actor("a").getGpusList());
        assertEquals(List.of("GPU-b"), state.actor("b").getGpusList());
        assertEquals("PENDING", state.actor("c").getState(), "GPU-c is not the bundle's");
        assertEquals(1_000, groups.rooms().taken("n1", "GPU-a"));
        assertEquals(0, groups.rooms().taken("n1", "GPU-c"));
    }

    @Test
    void actorsOfABundleMayHavePartsOfItsDevices() {
        state.aliveWithGpus("n1", 1, "GPU-a", "GPU-b");
        groups.group("1-1", Strategy.PACK, bundle(0, 1_000, 1));
        groups.step();
        groups.pending("a", "1-1", NodeChoice.newBuilder(), part(600));
        groups.pending("b", "1-1", NodeChoice.newBuilder(), part(400));
        groups.pending("c", "1-1", NodeChoice.newBuilder(), part(1));
        groups.step();
        assertEquals(List.of("GPU-a"), state.actor("a").getGpusList());
        assertEquals(List.of("GPU-a"), state.actor("b").getGpusList());
        assertEquals("PENDING", state.actor("c").getState());
        assertEquals(1, groups.rooms().used(groups.group("1-1"), 0).getGpus());
        assertEquals(1_000, groups.rooms().taken("n1", "GPU-a"), "the bundle's, whatever is in it");
        assertTrue(
                groups.rooms()
                        .explain(state.actor("c"))
                        .contains("bundle 0 on n1 holds 1 cpus 1 gpus, free: 1 cpus 0 gpus"),
                groups.rooms().explain(state.actor("c")));
    }

    private static Resources.Builder part(int milliGpu) {
        return Resources.newBuilder().setMilliGpu(milliGpu);
    }

    /** Its life is over by its record, and its process still holds the device. */
    @Test
    void aGpuThatAProcessHoldsStillIsNotGivenAnewWithinItsBundle() {
        state.aliveWithGpus("n1", 1, "GPU-a");
        groups.group("1-1", Strategy.PACK, bundle(0, 1_000, 1));
        groups.pending("a", "1-1", NodeChoice.newBuilder(), 0, 1);
        assertEquals("n1/0", groups.placed("a"));
        state.reports(
                "n1",
                dev.orrery.internal.proto.WorkerReport.newBuilder()
                        .setLife(TestingState.life("a", 1))
                        .addGpus("GPU-a")
                        .setState(dev.orrery.internal.proto.WorkerState.STOPPING));
        state.write(Write.put(state.actor("a").toBuilder()
                .setState(ActorState.DEAD.name())
                .clearNode()
                .clearGpus()
                .build()));
        groups.pending("b", "1-1", NodeChoice.newBuilder(), 0, 1);
        assertEquals("PENDING", groups.placed("b"));
        state.forget("n1");
        assertEquals("n1/0", groups.placed("b"));
    }
}
