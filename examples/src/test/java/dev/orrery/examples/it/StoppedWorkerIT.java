package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A worker is stopped (SIGSTOP): its process is there and its connections are open, but it does nothing. */
class StoppedWorkerIT extends ClusterScenario {
    /** The silent-peer bound of 2 s, and as much again for a machine that is busy with all these processes. */
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(4);

    private PipelineRef pipeline;

    @BeforeAll
    void deploy() {
        pipeline = orrery().deploy(Pipeline.named("stoppable")
                .stage("first", Stages.append("a", 2), s -> s.cpus(0.1).replicas(2))
                .stage("last", Stages.append("b", 2), s -> s.cpus(0.1).replicas(2))
                .build());
    }

    @AfterAll
    void undeploy() {
        if (pipeline != null) {
            pipeline.undeploy();
        }
    }

    @Test
    void aStoppedWorkerIsKilledAndReplacedAndItsRequestsWaitForTheSilenceOnly() throws Exception {
        Map<String, Long> pids = workerPids();
        long incarnation = incarnation(pipeline, "last-1");
        long pid;
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b", 60).start()) {
            awaitInFlight(pipeline, "last-1");
            pid = cluster().freezeWorker(pipeline.name(), "last-1");
            awaitReplaced(pipeline, "last-1", incarnation);
            assertTrue(
                    ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty(), "its successor waits for its end");
            cluster().thawWorker(pid);
            load.finishAndExpectEachAnsweredOnce();
            assertTrue(
                    load.longestAnswer().compareTo(LONGEST_ANSWER) < 0,
                    "an answer took " + load.longestAnswer().toMillis() + " ms");
        }
        Map<String, Long> after = new TreeMap<>(workerPids());
        after.put("stoppable/last-1", pid);
        assertEquals(pids, after, "no other worker was touched");
    }
}
