package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.reconcile.Plan;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RehearsalTest {
    private final TestingCluster cluster = new TestingCluster().node("a", 8000).node("b", 8000);

    @BeforeEach
    void begin() {
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
    }

    private Plan rehearse() {
        return new Rehearsal(cluster.store.state(), ControlOptions.defaults(), cluster.nowNanos()).run();
    }

    @Test
    void whereAllIsAsItIsToBeThereIsNothingToDo() {
        cluster.deploy(TestingPipelines.embed(2, 1));
        cluster.awaitRunning("embed");
        int commits = cluster.store.commits();

        Plan plan = rehearse();

        assertTrue(plan.isEmpty(), plan.toString());
        assertEquals(commits, cluster.store.commits());
    }

    @Test
    void whatIsOnItsWayIsTakenFurtherAndNothingOfItWritten() {
        cluster.deploy(TestingPipelines.embed(2, 1));
        int commits = cluster.store.commits();

        Plan plan = rehearse();

        assertTrue(plan.writes().stream().anyMatch(write -> write.pipeline().equals("embed")), plan.toString());
        assertEquals(commits, cluster.store.commits());
    }
}
