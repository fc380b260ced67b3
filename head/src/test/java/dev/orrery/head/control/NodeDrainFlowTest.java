package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.control.TestingStore.Fate;
import dev.orrery.head.store.RecordKey;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.LeftThere;
import dev.orrery.internal.proto.NodeView;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.StageView;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes are drained and put back, whatever happens meanwhile. */
class NodeDrainFlowTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final TestingCluster cluster = new TestingCluster();

    private NodeDrainFlowTest nodes(long milliCpus, String... names) {
        List.of(names).forEach(name -> cluster.node(name, milliCpus));
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
        return this;
    }

    private NodeDrainFlowTest deployed(int front, int back) {
        cluster.deploy(TestingPipelines.embed(front, back));
        cluster.awaitRunning("embed");
        return this;
    }

    private NodeView node(String name) {
        return cluster.describe().getNodesList().stream()
                .filter(node -> node.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private String state(String node) {
        return node(node).getState();
    }

    private ActorView actor(String label) {
        return cluster.describe().getActorsList().stream()
                .filter(actor -> actor.getLabel().equals(label))
                .findFirst()
                .orElseThrow();
    }

    private String gatewayNode() {
        return cluster.pipeline("embed").getGateways(0).getNode();
    }

    private String other(String node) {
        return node.equals("node-a") ? "node-b" : "node-a";
    }

    /** Steps until the node is DRAINED; as long as the gateway does not move no stage may have too few that serve. */
    private void awaitDrained(String node) {
        long gateway = cluster.pipeline("embed").getGateways(0).getLife().getIncarnation();
        for (long left = LIMIT.toNanos(); left > 0; left -= TestingCluster.STEP.toNanos()) {
            PipelineView view = cluster.pipeline("embed");
            if (view.getGateways(0).getLife().getIncarnation() == gateway) {
                view.getStagesList().forEach(NodeDrainFlowTest::assertEnough);
                assertEquals("RUNNING", view.getState(), view::toString);
            }
            if (state(node).equals("DRAINED")) {
                return;
            }
            cluster.step();
        }
        throw new AssertionError("not DRAINED: " + node(node));
    }

    private static void assertEnough(StageView stage) {
        assertTrue(stage.getServing() >= stage.getWanted(), stage::toString);
    }

    private void assertEmpty(String node) {
        assertTrue(cluster.nodes.get(node).workers.values().stream().noneMatch(TestingWorker::runs));
        assertTrue(cluster.describe().getActorsList().stream()
                .noneMatch(actor -> actor.getNode().equals(node)));
        assertTrue(node(node).getLeftList().isEmpty());
    }

    @Test
    void replicasAreReplacedFirstAndTheGatewayLast() {
        nodes(8000, "node-a", "node-b").deployed(2, 2);
        int before = cluster.launches();
        String drained = gatewayNode();
        cluster.drain(drained);
        awaitDrained(drained);
        assertEmpty(drained);
        cluster.assertConverged("embed");
        assertEquals(other(drained), gatewayNode());
        assertEquals(2, cluster.pipeline("embed").getGateways(0).getLife().getIncarnation());
        assertEquals(0, actor("embed/gateway").getRestarts(), "a move is no restart");
        assertEquals(before + 3, cluster.launches(), "two replicas and the gateway");

        cluster.undrain(drained);
        cluster.await("used again", LIMIT, () -> state(drained).equals("ALIVE"));
        cluster.assertConverged("embed");
        assertEquals(before + 3, cluster.launches(), "nothing moves back");
        cluster.scale("embed", "back", 4);
        cluster.awaitRunning("embed");
        assertTrue(cluster.running().size() > 5);
        assertFalse(cluster.nodes.get(drained).workers.isEmpty());
    }

    @Test
    void aNodeWithoutTheGatewayIsDrainedWithoutAnyPause() {
        nodes(8000, "node-a", "node-b", "node-c").deployed(3, 3);
        String gateway = gatewayNode();
        for (String node : List.of("node-a", "node-b", "node-c")) {
            if (!node.equals(gateway)) {
                cluster.drain(node);
                awaitDrained(node);
                assertEmpty(node);
            }
        }
        assertEquals(1, cluster.pipeline("embed").getGateways(0).getLife().getIncarnation());
        cluster.assertConverged("embed");
    }

    @Test
    void twoNodesAtOnceLeaveEveryStageServing() {
        nodes(8000, "node-a", "node-b", "node-c").deployed(3, 3);
        String gateway = gatewayNode();
        List<String> leaving = List.of("node-a", "node-b", "node-c").stream()
                .filter(node -> !node.equals(gateway))
                .toList();
        leaving.forEach(cluster::drain);
        leaving.forEach(this::awaitDrained);
        leaving.forEach(this::assertEmpty);
        cluster.assertConverged("embed");
    }

    @Test
    void whatFitsNowhereElseStaysAndIsNamed() {
        nodes(1100, "node-a", "node-b").deployed(1, 2);
        String drained = other(gatewayNode());
        cluster.drain(drained);
        cluster.advance(Duration.ofSeconds(5));
        cluster.pipeline("embed").getStagesList().forEach(NodeDrainFlowTest::assertEnough);
        assertEquals("DRAINING", state(drained));
        LeftThere left = node(drained).getLeft(0);
        assertTrue(
                left.getReason().startsWith("fits nowhere else, so it stays: stage ")
                        && left.getReason().contains("needs 0.5 cpus, 0 gpus; free: " + other(drained)),
                left::toString);
        assertEquals("RUNNING", cluster.pipeline("embed").getState());
        assertFalse(cluster.pipeline("embed").hasFailure());

        cluster.node("node-c", 4000);
        awaitDrained(drained);
        cluster.assertConverged("embed");
    }

    @Test
    void theLastNodeStaysAsItIsAndSaysWhy() {
        nodes(8000, "node-a").deployed(1, 1);
        cluster.drain("node-a");
        cluster.advance(Duration.ofSeconds(5));
        assertEquals("DRAINING", state("node-a"));
        assertEquals(
                "fits nowhere else, so it stays: stage back replica back-1 needs 0.5 cpus, 0 gpus; no node is ALIVE",
                node("node-a").getLeftList().stream()
                        .filter(left -> left.getLabel().equals("embed/back-1"))
                        .findFirst()
                        .orElseThrow()
                        .getReason());
        assertEquals(
                "moves last, when the pipeline's replicas have",
                node("node-a").getLeftList().stream()
                        .filter(left -> left.getLabel().equals("embed/gateway"))
                        .findFirst()
                        .orElseThrow()
                        .getReason());
        cluster.undrain("node-a");
        cluster.assertConverged("embed");
        assertEquals(3, cluster.launches());
    }

    @Test
    void undrainTakesReplacementsAwayAgain() {
        nodes(8000, "node-a", "node-b").deployed(2, 2);
        String drained = other(gatewayNode());
        cluster.onLaunch(worker -> worker.stepsToOpen = -1);
        cluster.drain(drained);
        cluster.advance(Duration.ofSeconds(2));
        assertEquals(7, cluster.running().size(), "two replacements that do not open");
        assertEquals("is being replaced by back-3, which is STARTING", backLeftAt(drained));
        cluster.onLaunch(worker -> {});
        cluster.undrain(drained);
        cluster.assertConverged("embed");
        assertEquals("ALIVE", state(drained));
        assertEquals(
                List.of("back-1", "back-2"),
                cluster.pipeline("embed").getStages(1).getReplicasList().stream()
                        .map(replica -> replica.getName())
                        .toList());
    }

    private String backLeftAt(String node) {
        return node(node).getLeftList().stream()
                .filter(left -> left.getLabel().startsWith("embed/back"))
                .findFirst()
                .orElseThrow()
                .getReason();
    }

    @Test
    void drainedOutlivesAgentsAndHeads() {
        nodes(8000, "node-a", "node-b").deployed(1, 2);
        String drained = other(gatewayNode());
        cluster.drain(drained);
        awaitDrained(drained);
        cluster.changeLeader();
        cluster.nodes.get(drained).restartAgent();
        cluster.advance(Duration.ofSeconds(3));
        assertEquals("DRAINED", state(drained));
        cluster.nodes.get(drained).killHost();
        cluster.advance(Duration.ofSeconds(60));
        assertEquals("DRAINED", state(drained), "its agent may be stopped");
        cluster.nodes.get(drained).startHost();
        cluster.scale("embed", "back", 4);
        cluster.awaitRunning("embed");
        assertEquals("DRAINED", state(drained));
        assertEmpty(drained);
        cluster.undrain(drained);
        cluster.await("ALIVE", LIMIT, () -> state(drained).equals("ALIVE"));
    }

    @Test
    void aNodeThatDiesWhileItIsDrainedIsDrainedOnItsReturn() {
        nodes(8000, "node-a", "node-b").deployed(2, 2);
        String drained = other(gatewayNode());
        cluster.onLaunch(worker -> worker.stepsToOpen = -1);
        cluster.drain(drained);
        cluster.advance(Duration.ofSeconds(1));
        cluster.onLaunch(worker -> {});
        cluster.nodes.get(drained).killHost();
        cluster.await("DEAD", LIMIT, () -> state(drained).equals("DEAD"));
        cluster.awaitRunning("embed");
        cluster.nodes.get(drained).startHost();
        cluster.await("DRAINED", LIMIT, () -> state(drained).equals("DRAINED"));
        cluster.assertConverged("embed");
        assertEmpty(drained);
    }

    @Test
    void theOtherNodeDiesDuringADrain() {
        nodes(8000, "node-a", "node-b").deployed(2, 2);
        String drained = other(gatewayNode());
        cluster.drain(drained);
        cluster.advance(Duration.ofMillis(100));
        cluster.nodes.get(other(drained)).killHost();
        cluster.advance(Duration.ofSeconds(40));
        assertEquals("DRAINING", state(drained), "what serves there goes nowhere");
        cluster.nodes.get(other(drained)).startHost();
        cluster.await("DRAINED", LIMIT, () -> state(drained).equals("DRAINED"));
        cluster.awaitRunning("embed");
        assertEmpty(drained);
    }

    @Test
    void scaledWhileItIsDrained() {
        nodes(16_000, "node-a", "node-b").deployed(2, 4);
        String drained = other(gatewayNode());
        cluster.drain(drained);
        cluster.advance(Duration.ofMillis(150));
        cluster.scale("embed", "back", 2);
        cluster.scale("embed", "front", 3);
        cluster.await("DRAINED", LIMIT, () -> state(drained).equals("DRAINED"));
        cluster.awaitRunning("embed");
        assertEmpty(drained);
    }

    @Test
    void whatAsksTwiceOrAgainChangesNothing() {
        nodes(8000, "node-a", "node-b").deployed(1, 2);
        String drained = other(gatewayNode());
        cluster.drain(drained);
        cluster.drain(drained);
        awaitDrained(drained);
        int commits = cluster.store.commits();
        cluster.advance(Duration.ofSeconds(5));
        assertEquals(commits, cluster.store.commits(), "nothing is written when nothing changes");
    }

    /** Drains the gateway's node, puts it back; begins to drain the other, thinks better of it. */
    private static TestingCluster live(int commit, Fate fate) {
        NodeDrainFlowTest test = new NodeDrainFlowTest();
        TestingCluster cluster = test.cluster;
        cluster.store.fates(number -> number == commit ? fate : Fate.DONE);
        test.nodes(8000, "node-a", "node-b").deployed(1, 2);
        String first = test.gatewayNode();
        cluster.drain(first);
        cluster.await("DRAINED", LIMIT, () -> test.state(first).equals("DRAINED"));
        cluster.awaitRunning("embed");
        assertEquals(6, cluster.launches(), "launches of a drain");
        cluster.undrain(first);
        cluster.await("ALIVE", LIMIT, () -> test.state(first).equals("ALIVE"));
        String second = test.other(first);
        cluster.drain(second);
        cluster.advance(Duration.ofMillis(200));
        cluster.undrain(second);
        cluster.advance(Duration.ofMillis(500));
        cluster.awaitRunning("embed");
        cluster.await("ALIVE", LIMIT, () -> test.state(second).equals("ALIVE"));
        assertTrue(cluster.store.records().entrySet().stream()
                .filter(record -> record.getKey() instanceof RecordKey.ReplicaKey)
                .allMatch(record -> ((dev.orrery.head.proto.ReplicaRecord) record.getValue())
                        .getReplaces()
                        .isEmpty()));
        return cluster;
    }

    private static void atEachCommit(Fate fate) {
        EachCommit.of(live(0, Fate.DONE).store.commits(), commit -> live(commit, fate));
    }

    @Test
    void crashBeforeAnyWrite() {
        atEachCommit(Fate.CRASH_BEFORE);
    }

    @Test
    void crashAfterAnyWrite() {
        atEachCommit(Fate.CRASH_AFTER);
    }

    @Test
    void anyWriteLost() {
        atEachCommit(Fate.LOST);
    }

    @Test
    void theAnswerToAnyWriteLost() {
        atEachCommit(Fate.UNANSWERED);
    }
}
