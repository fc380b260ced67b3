package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.store.ClusterStore;
import dev.orrery.head.store.StoredState;
import dev.orrery.head.zookeeper.TestingSession;
import dev.orrery.head.zookeeper.TestingZooKeeper;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jobs of {@link JobFlowTest} in a real ZooKeeper. */
class JobsInZooKeeperTest {
    private static final int JOBS = 300;

    @Test
    @Timeout(120)
    void hundredsOfFinishedJobsDoNotPileUp(@TempDir Path folder) {
        try (TestingZooKeeper zooKeeper = new TestingZooKeeper();
                TestingSession head = new TestingSession(zooKeeper, "h1", folder)) {
            TestingCluster cluster =
                    new TestingCluster().terms(head::takeOverAsLeader).node("node-a", 4_000);
            cluster.changeLeader();
            cluster.advance(Duration.ofSeconds(1));
            TestingDriver last = new TestingDriver(cluster, "last");
            String kept = last.start("kept");
            for (int i = 0; i < JOBS; i++) {
                TestingDriver driver = new TestingDriver(cluster, "job-" + i);
                String actor = driver.startSoon("actor-" + i);
                driver.end();
                driver.awaitState(actor, "DEAD");
                last.renew();
            }
            cluster.changeLeader();
            assertEquals("ALIVE", last.actor(kept).getState());

            ClusterStore next = head.takeOverAsLeader();
            StoredState state = next.load();
            assertEquals(1, count(state, "RUNNING"));
            assertTrue(count(state, "ENDED") <= 101, () -> state.jobs().size() + " jobs");
            assertTrue(state.actors().size() <= 202, () -> state.actors().size() + " actors");
            assertEquals(1, state.names().size());
        }
    }

    private static long count(StoredState state, String at) {
        return state.jobs().values().stream()
                .filter(job -> job.value().getState().equals(at))
                .count();
    }
}
