package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.store.Change;
import dev.orrery.head.store.RecordKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a head knows when the store has lost everything, and when it may write it back. */
class SurvivorsTest {
    private final TestingCluster cluster =
            new TestingCluster().node("node-a", 4000).node("node-b", 4000).node("node-c", 4000);

    private void deployed() {
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
        cluster.deploy(TestingPipelines.embed(1, 2));
        cluster.awaitRunning("embed");
    }

    private Optional<List<Change.Create>> survivors() {
        return cluster.get(cluster.control().survivors(1));
    }

    private void cutOff(String node) {
        cluster.nodes.get(node).down = true;
        cluster.nodes.get(node).hangUp();
        cluster.step();
    }

    @Test
    void aLeaderKnowsAllRecords() {
        deployed();
        new TestingDriver(cluster, "job").start("named");
        Map<RecordKey, Object> known =
                survivors().orElseThrow().stream().collect(Collectors.toMap(Change.Create::key, Change.Create::value));
        assertEquals(cluster.store.records(), known);
        assertEquals(
                Set.of("NodeKey", "JobKey", "NameKey", "ActorKey", "PipelineKey", "ReplicaKey", "WorldKey"),
                known.keySet().stream()
                        .map(key -> key.getClass().getSimpleName())
                        .collect(Collectors.toSet()));
    }

    @Test
    void oneThatMostNodesDoNotFollowMayNot() {
        deployed();
        cutOff("node-a");
        assertTrue(survivors().isPresent());
        cutOff("node-b");
        assertTrue(survivors().isEmpty());
    }

    @Test
    void onlyOfTheEpochThatIsAskedFor() {
        deployed();
        assertTrue(cluster.get(cluster.control().survivors(2)).isEmpty());
    }

    @Test
    void oneThatIsStillLoadingMayNot() {
        cluster.store.fates(commit -> TestingStore.Fate.DONE);
        cluster.changeLeader();
        assertTrue(survivors().isEmpty(), "no nodes, so nobody follows it");
    }

    // Its session ended with the store; its nodes look for a leader and find none.
    @Test
    void afterItsLeadershipItMayWhileNodesLookForALeader() {
        deployed();
        cluster.control().lost("the session has expired");
        cluster.advance(Duration.ofSeconds(1));
        assertTrue(survivors().isPresent());
        cutOff("node-a");
        cutOff("node-b");
        cluster.advance(Duration.ofSeconds(11));
        assertTrue(survivors().isEmpty(), "they follow another one, for all it knows");
    }
}
