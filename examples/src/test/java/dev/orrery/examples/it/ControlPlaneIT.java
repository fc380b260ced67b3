package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.error.DeadlineExceededException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Heads, agents and ZooKeeper die; running pipelines do not notice. */
class ControlPlaneIT extends ClusterScenario {
    private static final Duration SERVING_PATIENCE = Duration.ofSeconds(4);
    private static final Duration NEEDS_ZOOKEEPER = Duration.ofSeconds(3);
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

    @Test
    void pipelinesServeOnWhileZooKeeperIsAway() throws Exception {
        serveWithoutZooKeeper(Duration.ofSeconds(5));
    }

    @Test
    @Tag("full")
    void pipelinesServeOnWhileZooKeeperIsAwayForLong() throws Exception {
        serveWithoutZooKeeper(Duration.ofSeconds(20));
    }

    private void serveWithoutZooKeeper(Duration outage) throws Exception {
        Map<String, Long> workers = workerPids();
        Set<Long> worlds = worldIds();
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b", 50).start()) {
            withoutZooKeeper(() -> {
                long end = System.nanoTime() + outage.toNanos();
                needsZooKeeper(() -> pipeline.scale("last", 3, NEEDS_ZOOKEEPER));
                needsZooKeeper(() -> orrery().deploy(
                                Pipeline.named("never")
                                        .stage("only", Stages.append("x", 1), s -> s.cpus(0.1))
                                        .build(),
                                NEEDS_ZOOKEEPER));
                while (System.nanoTime() < end) {
                    expectServing(load);
                }
            });
            cluster().await("a head to lead again", this::nodesAreAlive, PATIENCE);
            awaitRunning(pipeline);
            load.finishAndExpectEachAnsweredOnce();
        }
        assertEquals(workers, workerPids());
        assertEquals(worlds, worldIds());
        pipeline.scale("last", 3);
        pipeline.scale("last", 2);
    }

    private void withoutZooKeeper(Executable story) throws Exception {
        cluster().stopZooKeeper();
        try {
            story.execute();
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        } finally {
            cluster().startZooKeeper();
        }
    }

    private void needsZooKeeper(Executable operation) {
        long start = System.nanoTime();
        DeadlineExceededException failure = assertThrows(DeadlineExceededException.class, operation);
        assertTrue(System.nanoTime() - start < NEEDS_ZOOKEEPER.plusSeconds(3).toNanos(), "its deadline is over");
        assertTrue(failure.getMessage().contains(cluster().zooKeeperAddress()), failure.getMessage());
    }

    @Test
    @Tag("full")
    void aWorkerDiesWhileHeadsAndZooKeeperAreAway() throws Exception {
        long incarnation = incarnation(pipeline, "first-1");
        long pid = cluster().workerPid(pipeline.name(), "first-1");
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b", 50).start()) {
            withoutZooKeeper(() -> {
                cluster().killHead();
                expectServing(load);
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
                expectServing(load);
                expectServing(load);
            });
            cluster().startHead();
            awaitReplaced(pipeline, "first-1", incarnation);
            load.finishAndExpectEachAnsweredOnce();
        }
    }

    private boolean nodesAreAlive(dev.orrery.internal.proto.ClusterView view) {
        return view.getNodesList().stream().allMatch(node -> node.getState().equals("ALIVE"))
                && view.getActorsList().stream().allMatch(actor -> actor.getPid() > 0);
    }

    /** For a second at least; longer only where the processors are taken by others. */
    private static void expectServing(SteadyLoad load) throws InterruptedException {
        int before = load.answered();
        TimeUnit.SECONDS.sleep(1);
        long end = System.nanoTime() + SERVING_PATIENCE.toNanos();
        while (load.answered() <= before + 10 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertTrue(
                load.answered() > before + 10,
                () -> "answered " + (load.answered() - before) + " in a second and " + SERVING_PATIENCE);
    }
}
