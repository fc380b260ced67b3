package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.control.TestingStore.Fate;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The leader ends, or loses the store's answer, at each single write of a pipeline's whole life. */
class CrashAnywhereTest {
    /** Deploys, loses a worker, scales out and in, undeploys; the same at each run but for the fate of one commit. */
    private static TestingCluster live(int commit, Fate fate) {
        TestingCluster cluster =
                new TestingCluster().inattentive().node("node-a", 4000).node("node-b", 4000);
        cluster.store.fates(number -> number == commit ? fate : Fate.DONE);
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
        cluster.deploy(TestingPipelines.embed(1, 2));
        awaitRunning(cluster);
        cluster.kill("embed/back-1");
        cluster.advance(Duration.ofMillis(500));
        awaitRunning(cluster);
        assertEquals(5, cluster.launches(), "launches after a kill");
        cluster.scale("embed", "front", 2);
        awaitRunning(cluster);
        cluster.scale("embed", "front", 1);
        awaitRunning(cluster);
        assertEquals(6, cluster.launches(), "launches after scaling");
        cluster.undeploy("embed");
        cluster.await("gone", Duration.ofSeconds(30), () -> cluster.running().isEmpty());
        cluster.advance(Duration.ofSeconds(1));
        assertTrue(
                cluster.store.records().keySet().stream()
                        .allMatch(key -> key instanceof dev.orrery.head.store.RecordKey.NodeKey),
                () -> cluster.store.records().toString());
        return cluster;
    }

    private static void awaitRunning(TestingCluster cluster) {
        cluster.advance(Duration.ofMillis(200));
        cluster.awaitRunning("embed");
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
