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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A worker that is killed is replaced by one that waited for it. Prints how long its stage did not serve. */
@Tag("full")
class WarmReplacementIT extends ClusterScenario {
    private static final int KILLS = 5;
    private static final Duration BOUND = Duration.ofMillis(500);

    @Override
    LocalClusterOptions.Builder options() {
        return super.options().nodes("node-a").agent("agent.warm-workers", "1");
    }

    @Test
    void aReplacementServesWithinHalfASecond() throws Exception {
        List<Long> took = new ArrayList<>();
        for (int i = 0; i < KILLS; i++) {
            PipelineRef pipeline = orrery().deploy(Pipeline.named("warm-" + i)
                    .stage("only", Stages.append("a", 0), s -> s.cpus(0.1))
                    .build());
            awaitRunning(pipeline);
            awaitWarm();
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
        assertTrue(took.get(KILLS / 2) < BOUND.toMillis(), "took " + took + " ms");
    }
}
