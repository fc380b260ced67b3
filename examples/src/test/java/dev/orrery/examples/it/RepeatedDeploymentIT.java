package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Short pipelines come and go, and leave nothing. */
class RepeatedDeploymentIT extends ClusterScenario {
    private static final int FEW = 4;
    private static final int MANY = 50;
    /** What pools and caches take before they have what they need. */
    private static final int WARM_UP = 2;
    /** Threads or descriptors that come and go by themselves. */
    private static final int SLACK = 5;

    private Path sharedMemory;

    @Override
    LocalClusterOptions.Builder options() {
        try {
            sharedMemory = Files.createDirectory(
                    Path.of("/dev/shm", "orrery-it-" + ProcessHandle.current().pid()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return super.options()
                .agent("worlds.shared-memory-folder", sharedMemory.toString())
                .agent("worlds.socket-folder", sharedMemory.toString());
    }

    @AfterAll
    void removeSharedMemory() throws IOException {
        // Only an empty one can be.
        Files.delete(sharedMemory);
    }

    @Test
    void aPipelineDeployedAndRemovedAFewTimesLeavesNothing() throws Exception {
        deployAndRemove(FEW);
    }

    @Test
    @Tag("full")
    void aPipelineDeployedAndRemovedFiftyTimesLeavesNothing() throws Exception {
        deployAndRemove(MANY);
    }

    private void deployAndRemove(int times) throws Exception {
        for (int i = 0; i < WARM_UP; i++) {
            turn(i);
        }
        ClusterFootprint before = footprintWithoutWorkers();
        long begun = System.nanoTime();
        for (int i = 0; i < times; i++) {
            turn(i);
        }
        long each = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) / times;
        ClusterFootprint after = footprintWithoutWorkers();

        System.out.printf("deployed and removed %d times, %d ms each%n  %s%n  %s%n", times, each, before, after);
        assertEquals(0, after.actors(), "actors");
        assertEquals(0, after.worlds(), "worlds");
        assertEquals(0, after.workers(), "worker processes");
        assertEquals(0, after.sharedFiles(), "files in shared memory");
        assertEquals(before.znodes(), after.znodes(), "znodes");
        before.processes().forEach((name, then) -> {
            ClusterFootprint.OfProcess now = after.processes().get(name);
            assertTrue(now.threads() <= then.threads() + SLACK, name + ": " + then + ", then " + now);
            assertTrue(now.descriptors() <= then.descriptors() + SLACK, name + ": " + then + ", then " + now);
        });
    }

    /** As short as a pipeline can be: one stage that answers one request. */
    private void turn(int number) throws Exception {
        PipelineRef pipeline = orrery().deploy(Pipeline.named("short")
                .stage("only", Stages.append("a", 0), s -> s.cpus(0.1))
                .build());
        try (Tensors request = Tensors.of("text", "turn" + number);
                Tensors answer = pipeline.infer(request).get(20, TimeUnit.SECONDS)) {
            assertEquals("turn" + number + ">a", answer.get("text").toStrings().get(0));
        }
        pipeline.undeploy();
    }

    /** When all that was deployed is gone; that of processes which end is waited for, too. */
    private ClusterFootprint footprintWithoutWorkers() throws InterruptedException {
        cluster()
                .await(
                        "nothing to be deployed",
                        view -> view.getActorsCount() == 0 && view.getWorldsCount() == 0,
                        PATIENCE);
        long end = System.nanoTime() + PATIENCE.toNanos();
        ClusterFootprint now = ClusterFootprint.of(cluster(), sharedMemory);
        while ((now.workers() > 0 || now.sharedFiles() > 0) && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(50);
            now = ClusterFootprint.of(cluster(), sharedMemory);
        }
        return now;
    }
}
