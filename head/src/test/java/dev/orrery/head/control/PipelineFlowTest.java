package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A pipeline's life as a whole: every reconciler, the store and the nodes together. */
class PipelineFlowTest {
    private final TestingCluster cluster =
            new TestingCluster().node("node-a", 4000).node("node-b", 4000);

    private void deployed(int front, int back) {
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
        cluster.deploy(TestingPipelines.embed(front, back));
        cluster.awaitRunning("embed");
    }

    @Test
    void deploys() {
        deployed(1, 2);
        assertEquals(4, cluster.launches());
    }

    @Test
    void nothingIsWrittenWhenNothingChanges() {
        deployed(1, 2);
        int before = cluster.store.commits();
        cluster.advance(Duration.ofSeconds(20));
        assertEquals(before, cluster.store.commits());
    }

    @Test
    void aKilledWorkerIsReplaced() {
        deployed(1, 2);
        cluster.kill("embed/back-1");
        cluster.awaitState("embed", "RECOVERING");
        cluster.awaitRunning("embed");
        assertEquals(5, cluster.launches());
        assertEquals(2, cluster.replica("embed", "back-1").getLife().getIncarnation());
    }

    @Test
    void aKilledGatewayIsReplaced() {
        deployed(1, 2);
        cluster.kill("embed/gateway");
        cluster.awaitState("embed", "RECOVERING");
        cluster.awaitRunning("embed");
        assertEquals(5, cluster.launches());
    }

    @Test
    void scalesOutAndIn() {
        deployed(1, 1);
        cluster.scale("embed", "back", 3);
        assertEquals("SCALING", cluster.pipeline("embed").getState());
        cluster.awaitRunning("embed");
        assertEquals(3, cluster.pipeline("embed").getStages(1).getServing());
        TestingWorker last = cluster.workerOf("embed/back-3");
        cluster.scale("embed", "back", 2);
        TestingWorker gateway = cluster.workerOf("embed/gateway");
        cluster.await("back-3 stopped", Duration.ofSeconds(10), () -> {
            assertTrue(last.runs() || !gateway.holdsRequestsAt(last.life), "stopped while it held requests");
            return !last.runs();
        });
        cluster.awaitRunning("embed");
        assertEquals(4, cluster.launches() - 1);
    }

    @Test
    void aNewLeaderRestartsNothing() {
        deployed(2, 2);
        int before = cluster.launches();
        for (int i = 0; i < 3; i++) {
            cluster.changeLeader();
            cluster.advance(Duration.ofSeconds(3));
            cluster.assertConverged("embed");
        }
        assertEquals(before, cluster.launches());
    }

    @Test
    void undeploysAndTheNameIsFreeAgain() {
        deployed(1, 2);
        cluster.undeploy("embed");
        cluster.await("gone", Duration.ofSeconds(20), () -> cluster.describe().getPipelinesCount() == 0);
        cluster.advance(Duration.ofSeconds(1));
        assertTrue(cluster.running().isEmpty());
        assertFalse(cluster.store.records().keySet().stream()
                .anyMatch(key -> !(key instanceof dev.orrery.head.store.RecordKey.NodeKey)));
        cluster.deploy(TestingPipelines.embed(1, 1));
        cluster.awaitRunning("embed");
    }
}
