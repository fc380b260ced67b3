package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Heads, agents and ZooKeeper die; running pipelines do not notice. */
class ControlPlaneIT extends ClusterScenario {
    private PipelineRef pipeline;

    @BeforeAll
    void deploy() {
        pipeline = orrery().deploy(Pipeline.named("steady")
                .stage("first", Stages.append("a", 1), s -> s.cpus(0.1).replicas(2, 4))
                .stage("last", Stages.append("b", 1), s -> s.cpus(0.1).replicas(2, 4))
                .build());
    }

    @AfterAll
    void undeploy() {
        if (pipeline != null) {
            pipeline.undeploy();
        }
    }

    @Test
    void aKilledAgentIsRestartedAndAdoptsItsWorkers() throws Exception {
        Map<String, Long> workers = workerPids();
        Set<Long> worlds = worldIds();
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b", 50).start()) {
            cluster().killAgent("node-a");
            expectServing(load);
            cluster().startAgent("node-a");
            awaitRunning(pipeline);
            cluster().await("node-a to be ALIVE", this::nodesAreAlive, PATIENCE);
            expectServing(load);
            load.finishAndExpectEachAnsweredOnce();
        }
        assertEquals(workers, workerPids());
        assertEquals(worlds, worldIds());
    }

    @Test
    void aKilledHeadIsReplacedWithoutTouchingAWorker() throws Exception {
        Map<String, Long> workers = workerPids();
        Set<Long> worlds = worldIds();
        long epoch = cluster().observer().cluster(PATIENCE).getEpoch();
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b", 50).start()) {
            cluster().killHead();
            expectServing(load);
            cluster().startHead();
            cluster().await("another head to lead", view -> view.getEpoch() > epoch && nodesAreAlive(view), PATIENCE);
            awaitRunning(pipeline);
            load.finishAndExpectEachAnsweredOnce();
        }
        assertEquals(workers, workerPids());
        assertEquals(worlds, worldIds());
    }

    @Test
    void requestsAreServedWhileZooKeeperIsRestarted() throws Exception {
        Map<String, Long> workers = workerPids();
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b", 50).start()) {
            cluster().killZooKeeper();
            expectServing(load);
            pipeline.scale("last", 3);
            pipeline.scale("last", 2);
            load.finishAndExpectEachAnsweredOnce();
        }
        assertEquals(workers, workerPids());
    }

    private boolean nodesAreAlive(dev.orrery.internal.proto.ClusterView view) {
        return view.getNodesList().stream().allMatch(node -> node.getState().equals("ALIVE"))
                && view.getActorsList().stream().allMatch(actor -> actor.getPid() > 0);
    }

    private static void expectServing(SteadyLoad load) throws InterruptedException {
        int before = load.answered();
        TimeUnit.SECONDS.sleep(1);
        assertTrue(load.answered() > before + 10, "answered " + (load.answered() - before) + " in a second");
    }
}
