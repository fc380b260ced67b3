package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.reconcile.Settings;
import dev.orrery.head.store.Change;
import dev.orrery.internal.proto.NodeView;
import dev.orrery.internal.proto.PipelineView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Nodes that are lost, and come back. */
class NodeReturnFlowTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final TestingCluster cluster =
            new TestingCluster().node("node-a", 4000).node("node-b", 4000);

    private void deployed() {
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
        cluster.deploy(TestingPipelines.embed(2, 2));
        cluster.awaitRunning("embed");
    }

    private Map<String, String> states() {
        return cluster.describe().getNodesList().stream()
                .collect(Collectors.toMap(NodeView::getName, NodeView::getState));
    }

    private void lose(String node) {
        cluster.nodes.get(node).down = true;
        cluster.nodes.get(node).hangUp();
        cluster.await(node + " DEAD", LIMIT, () -> states().get(node).equals("DEAD"));
    }

    @Test
    void oneThatReturnsWithOldWorkersLosesThemAndIsUsedAgain() {
        deployed();
        TestingAgent agent = cluster.nodes.get("node-a");
        lose("node-a");
        cluster.awaitState("embed", "RUNNING");
        assertTrue(agent.workers.values().stream().anyMatch(TestingWorker::runs), "they serve nobody, and run on");

        agent.restartAgent();
        cluster.await(
                "old lives end", LIMIT, () -> agent.workers.values().stream().noneMatch(TestingWorker::runs));
        cluster.assertConverged("embed");
        assertEquals("ALIVE", states().get("node-a"));
        cluster.scale("embed", "back", 4);
        cluster.awaitRunning("embed");
        assertFalse(agent.workers.isEmpty(), "it is used again");
    }

    /** What they say waits for as long as the leader's thread waits for its store. */
    @Test
    void noneIsTakenForSilentByALeaderThatDidNotListen() {
        Settings settings = Settings.of(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(5));
        TestingCluster slow = new TestingCluster().settings(settings).node("node-a", 100_000);
        slow.changeLeader();
        slow.advance(Duration.ofSeconds(1));
        slow.commitsTake(Duration.ofMillis(1900));
        int commits = slow.store.commits();

        // So many that one step has several plans, each with a commit.
        slow.deploy(TestingPipelines.embed(8, 8).toBuilder()
                .setStages(0, TestingPipelines.stage("front", 150).toBuilder().setMaxReplicas(150))
                .build());
        slow.awaitState("embed", "RUNNING");

        assertTrue(slow.store.commits() - commits > 5, "several plans");
        assertEquals("ALIVE", slow.describe().getNodesList().get(0).getState());
        assertTrue(
                slow.store.history().stream().flatMap(List::stream).noneMatch(NodeReturnFlowTest::isSuspicion),
                "no node was SUSPECT or DEAD");
    }

    private static boolean isSuspicion(Change change) {
        return change instanceof Change.Update update
                && update.value() instanceof NodeRecord node
                && Set.of("SUSPECT", "DEAD").contains(node.getState());
    }

    @Test
    void noNodeIsLeftAndOneComes() {
        deployed();
        lose("node-a");
        lose("node-b");
        PipelineView lost = cluster.pipeline("embed");
        assertEquals("RECOVERING", lost.getState());
        assertTrue(lost.getFailure().getMessage().endsWith("no node is ALIVE"), lost::toString);
        cluster.node("node-c", 8000);
        cluster.awaitState("embed", "RUNNING");
        assertEquals("ALIVE", states().get("node-c"));
    }

    @Test
    void anAgentThatReconnectsWhileItsOldConnectionStillCounts() {
        deployed();
        int launches = cluster.launches();
        Runnable oldOneEnds = cluster.nodes.get("node-a").dialAgain(cluster.control());
        cluster.advance(Duration.ofMillis(200));
        oldOneEnds.run();
        cluster.advance(Duration.ofSeconds(5));
        assertEquals("ALIVE", states().get("node-a"));
        cluster.assertConverged("embed");
        assertEquals(launches, cluster.launches());
        cluster.scale("embed", "back", 4);
        cluster.awaitRunning("embed");
    }

    @Test
    void aNewLeaderReplacesNothingOfANodeThatIsSilentSinceItsTakeOver() {
        deployed();
        int launches = cluster.launches();
        cluster.nodes.get("node-a").down = true;
        cluster.advance(Duration.ofSeconds(20));
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(29));
        assertEquals(launches, cluster.launches(), "49 s of silence, 29 of them this leader's");
        cluster.nodes.get("node-a").restartAgent();
        cluster.advance(Duration.ofSeconds(2));
        cluster.assertConverged("embed");
        assertEquals(launches, cluster.launches());
    }
}
