package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.tensor.Tensors;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A stage that is busy for long is not dead: its links and heartbeats do not depend on user code. */
@Tag("full")
class BlockingStageIT extends ClusterScenario {
    private static final long BLOCK_MILLIS = 30_000;

    @Test
    void aStageThatBlocksForThirtySecondsIsNotTakenForDead() throws Exception {
        PipelineRef pipeline = orrery().deploy(Pipeline.named("patient")
                .stage("block", Stages.append("slow", BLOCK_MILLIS), s -> s.cpus(0.1))
                .stage("next", Stages.append("b", 0), s -> s.cpus(0.1))
                .build());
        Map<String, Long> workers = workerPids();
        try (Tensors request = Tensors.of("text", "x");
                Tensors answer = pipeline.infer(request, Duration.ofSeconds(50)).get(60, TimeUnit.SECONDS)) {
            assertEquals("x>slow>b", answer.get("text").toStrings().get(0));
        }
        assertEquals(workers, workerPids());
        assertEquals(0, gateway(pipeline).getReplayed());
        pipeline.undeploy();
    }
}
