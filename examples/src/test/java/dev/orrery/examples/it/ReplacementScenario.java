package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.tensor.Tensors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A worker that is killed is replaced. Prints how long its stage did not serve. */
abstract class ReplacementScenario extends ClusterScenario {
    private static final int KILLS = 5;

    /** That wait for a life. */
    abstract int warmWorkers();

    /** Of the median. */
    abstract Duration bound();

    @Override
    LocalClusterOptions.Builder options() {
        return super.options().nodes("node-a").agent("agent.warm-workers", Integer.toString(warmWorkers()));
    }

    @Test
    void aReplacementServesInTime() throws Exception {
        List<Long> took = new ArrayList<>();
        for (int i = 0; i < KILLS; i++) {
            PipelineRef pipeline = orrery().deploy(Pipeline.named("replaced-" + i)
                    .stage("only", Stages.append("a", 0), s -> s.cpus(0.1))
                    .build());
            awaitRunning(pipeline);
            if (warmWorkers() > 0) {
                awaitWarm();
            }
            long before = incarnation(pipeline, "only-1");
            long killed = System.nanoTime();
            cluster().killWorker(pipeline.name(), "only-1");
            awaitReplaced(pipeline, "only-1", before);
            took.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed));
            try (Tensors request = Tensors.of("text", "x");
                    Tensors answer = pipeline.infer(request, PATIENCE).get(60, TimeUnit.SECONDS)) {
                assertEquals("x>a", answer.get("text").toStrings().get(0));
            }
            pipeline.undeploy();
        }
        Collections.sort(took);
        System.out.println("MEASURED from a worker's kill to its replacement serving: " + took + " ms");
        assertTrue(took.get(KILLS / 2) < bound().toMillis(), "took " + took + " ms");
    }
}
