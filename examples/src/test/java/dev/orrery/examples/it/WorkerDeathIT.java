package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers are killed with requests in flight; every request is answered once. */
class WorkerDeathIT extends ClusterScenario {
    private static final int RATE = 100;
    private static final int BURST = 20;

    private PipelineRef pipeline;

    @BeforeAll
    void deploy() {
        pipeline = orrery().deploy(Pipeline.named("mortal")
                .stage("first", Stages.append("a", 5), s -> s.cpus(0.1).replicas(2, 4))
                .stage("middle", Stages.append("b", 5), s -> s.cpus(0.1).replicas(2, 4))
                .stage("last", Stages.append("c", 5), s -> s.cpus(0.1).replicas(2, 4))
                .restarts(50, java.time.Duration.ofMinutes(10))
                .build());
    }

    @AfterAll
    void undeploy() {
        if (pipeline != null) {
            pipeline.undeploy();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"first-1", "middle-2", "last-1"})
    void aWorkerOfAStageIsKilledWithRequestsInFlight(String replica) throws Exception {
        long incarnation = incarnation(pipeline, replica);
        long replayedBefore = gateway(pipeline).getReplayed();
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b>c", RATE).start()) {
            awaitInFlight(pipeline, replica);
            // One request alone may be answered before the kill.
            load.burst(BURST);
            cluster().killWorker(pipeline.name(), replica);
            awaitReplaced(pipeline, replica, incarnation);
            load.finishAndExpectEachAnsweredOnce();
        }
        assertTrue(gateway(pipeline).getReplayed() > replayedBefore, "nothing was replayed");
    }

    @Test
    void twoAdjacentWorkersAreKilledTogether() throws Exception {
        List<String> victims = List.of("first-1", "middle-1");
        long first = incarnation(pipeline, "first-1");
        long middle = incarnation(pipeline, "middle-1");
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b>c", RATE).start()) {
            awaitInFlight(pipeline, "middle-1");
            victims.forEach(victim -> cluster().killWorker(pipeline.name(), victim));
            awaitReplaced(pipeline, "first-1", first);
            awaitReplaced(pipeline, "middle-1", middle);
            load.finishAndExpectEachAnsweredOnce();
        }
    }

    @Test
    void allWorkersOfAStageAreKilledTogether() throws Exception {
        long one = incarnation(pipeline, "last-1");
        long two = incarnation(pipeline, "last-2");
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b>c", RATE).start()) {
            awaitInFlight(pipeline, "last-1");
            List.of("last-1", "last-2").forEach(victim -> cluster().killWorker(pipeline.name(), victim));
            awaitReplaced(pipeline, "last-1", one);
            awaitReplaced(pipeline, "last-2", two);
            load.finishAndExpectEachAnsweredOnce();
        }
    }

    @Test
    void theGatewayIsKilled() throws Exception {
        long incarnation = incarnation(pipeline, "gateway");
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b>c", RATE).start()) {
            awaitInFlight(pipeline, "middle-1");
            cluster().killWorker(pipeline.name(), "gateway");
            awaitReplaced(pipeline, "gateway", incarnation);
            load.finishAndExpectEachAnsweredOnce();
        }
    }
}
