package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.control.TestingStore.Fate;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.Gpu;
import dev.orrery.internal.proto.NodeGpus;
import dev.orrery.internal.proto.NodeView;
import dev.orrery.internal.proto.PipelineSpec;
import dev.orrery.internal.proto.Resources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A pipeline whose stages hold GPUs, through deaths and changes of the leader: no GPU is ever in two processes. */
class GpuFlowTest {
    private final TestingCluster cluster =
            new TestingCluster().node("node-a", 4000).node("node-b", 4000).onLaunch(this::isAloneOnItsGpus);
    private final List<String> doubled = new ArrayList<>();

    private static NodeGpus gpus(String... uuids) {
        NodeGpus.Builder gpus = NodeGpus.newBuilder().setShare(1).setNcclOff("no libnccl.so.2");
        List.of(uuids)
                .forEach(uuid -> gpus.addGpus(Gpu.newBuilder().setUuid(uuid).setName("H100")));
        return gpus.build();
    }

    private static PipelineSpec onGpus(int replicas) {
        return onGpus(replicas, Resources.newBuilder().setGpus(1));
    }

    private static PipelineSpec onGpus(int replicas, Resources.Builder needs) {
        PipelineSpec.Builder spec = TestingPipelines.embed(1, replicas).toBuilder();
        spec.getStagesBuilder(1).setResources(needs.setMilliCpus(100));
        return spec.build();
    }

    private void isAloneOnItsGpus(TestingWorker launched) {
        for (TestingWorker other : cluster.running()) {
            if (other != launched
                    && other.desired.getGpusList().stream().anyMatch(launched.desired.getGpusList()::contains)) {
                doubled.add(launched.label + " and " + other.label + " have " + launched.desired.getGpusList());
            }
        }
    }

    private void deployed(int replicas) {
        led();
        cluster.deploy(onGpus(replicas));
        cluster.awaitRunning("embed");
    }

    private void led() {
        cluster.nodes.get("node-a").gpus(gpus("GPU-a1", "GPU-a2"));
        cluster.nodes.get("node-b").gpus(gpus("GPU-b1"));
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
    }

    /** By label; the records say the same as the processes. */
    private Map<String, List<String>> held() {
        Map<String, List<String>> held = new TreeMap<>();
        for (ActorView actor : cluster.describe().getActorsList()) {
            held.put(actor.getLabel(), actor.getGpusList());
        }
        cluster.running()
                .forEach(worker -> assertEquals(held.get(worker.label), worker.desired.getGpusList(), worker.label));
        assertEquals(List.of(), doubled);
        return held;
    }

    @Test
    void theyStayThroughChangesOfTheLeaderAndRestartsOfAgents() {
        deployed(3);
        Map<String, List<String>> before = held();
        assertEquals(
                List.of("GPU-a1", "GPU-a2", "GPU-b1"),
                before.values().stream().flatMap(List::stream).sorted().toList());
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(3));
        assertEquals(before, held());
        cluster.nodes.get("node-a").restartAgent();
        cluster.advance(Duration.ofSeconds(3));
        assertEquals(before, held());
        NodeView node = cluster.describe().getNodes(0);
        assertEquals(2, node.getTotal().getGpus());
        assertEquals(List.of(1_000L, 1_000L), node.getGpusTakenMilliList());
        assertEquals("no libnccl.so.2", node.getGpus().getNcclOff());
    }

    @Test
    void aKilledReplicaGetsTheOneThatIsFree() {
        deployed(3);
        Map<String, List<String>> before = held();
        cluster.kill("embed/back-2");
        cluster.advance(Duration.ofMillis(500));
        cluster.awaitRunning("embed");
        assertEquals(before, held());
    }

    /** In thousandths, by node and in CUDA's order. */
    private List<Long> taken() {
        return cluster.describe().getNodesList().stream()
                .flatMap(node -> node.getGpusTakenMilliList().stream())
                .toList();
    }

    /** Returns the number of its commits. */
    private static int liveWithParts(int commit, Fate fate) {
        GpuFlowTest run = new GpuFlowTest();
        run.cluster.store.fates(number -> number == commit ? fate : Fate.DONE);
        run.led();
        run.cluster.deploy(onGpus(4, Resources.newBuilder().setMilliGpu(400)));
        run.cluster.awaitRunning("embed");
        List<Long> before = run.taken();
        assertEquals(1_600, before.stream().mapToLong(Long::longValue).sum());
        before.forEach(milli -> assertTrue(milli <= 1_000, before::toString));
        run.cluster.kill("embed/back-1");
        run.cluster.advance(Duration.ofMillis(700));
        run.cluster.awaitRunning("embed");
        assertEquals(1_600, run.taken().stream().mapToLong(Long::longValue).sum());
        run.cluster.changeLeader();
        run.cluster.scale("embed", "back", 1);
        run.cluster.advance(Duration.ofMillis(200));
        run.cluster.awaitRunning("embed");
        assertEquals(List.of(0L, 0L, 400L), run.taken().stream().sorted().toList());
        return run.cluster.store.commits();
    }

    @Test
    void partsAreNeverMoreThanTheirDeviceWhicheverWriteALeaderEndsAt() {
        for (Fate fate : List.of(Fate.CRASH_BEFORE, Fate.CRASH_AFTER, Fate.UNANSWERED)) {
            EachCommit.of(liveWithParts(0, Fate.DONE), commit -> liveWithParts(commit, fate));
        }
    }

    /** Returns the number of its commits. */
    private static int live(int commit, Fate fate) {
        GpuFlowTest run = new GpuFlowTest();
        run.cluster.store.fates(number -> number == commit ? fate : Fate.DONE);
        run.deployed(2);
        run.cluster.kill("embed/back-1");
        run.cluster.advance(Duration.ofMillis(700));
        run.cluster.awaitRunning("embed");
        run.cluster.scale("embed", "back", 3);
        run.cluster.advance(Duration.ofMillis(200));
        run.cluster.awaitRunning("embed");
        run.cluster.scale("embed", "back", 1);
        run.cluster.advance(Duration.ofMillis(200));
        run.cluster.awaitRunning("embed");
        long devices = run.held().values().stream().mapToLong(List::size).sum();
        assertEquals(1, devices);
        long taken = run.cluster.describe().getNodesList().stream()
                .flatMap(node -> node.getGpusTakenMilliList().stream())
                .mapToLong(Long::longValue)
                .sum();
        assertEquals(1_000, taken);
        return run.cluster.store.commits();
    }

    @Test
    void aLeaderThatEndsAtAnyWriteHandsNoneOutTwice() {
        for (Fate fate : List.of(Fate.CRASH_BEFORE, Fate.CRASH_AFTER, Fate.UNANSWERED)) {
            EachCommit.of(live(0, Fate.DONE), commit -> live(commit, fate));
        }
    }
}
