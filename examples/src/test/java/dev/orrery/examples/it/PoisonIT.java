package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.error.PoisonedRequestException;
import dev.orrery.tensor.Tensors;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A request ends the process of whoever processes it; all others are answered. */
class PoisonIT extends ClusterScenario {
    private PipelineRef pipeline;

    @BeforeAll
    void deploy() {
        pipeline = orrery().deploy(Pipeline.named("frail")
                .stage("first", Stages.append("a", 1), s -> s.cpus(0.1).replicas(2))
                .stage("frail", Stages.mortal("b", 5), s -> s.cpus(0.1).replicas(2))
                .build());
    }

    @AfterAll
    void undeploy() {
        if (pipeline != null) {
            pipeline.undeploy();
        }
    }

    @Test
    void aPoisonedRequestKillsThreeAndNobodyElseFails() throws Exception {
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a>b", 60).start()) {
            awaitInFlight(pipeline, "frail-1");
            long lives = lives();
            for (String poison : new String[] {"poison", "poison again"}) {
                PoisonedRequestException failure = fails(poison);
                for (String part : new String[] {"died 3 times", "attempt 3: frail-", "output.log"}) {
                    assertTrue(failure.getMessage().contains(part), failure.getMessage());
                }
                // the gateway knows of the last death before the head does
                lives += 3;
                awaitLives(lives);
            }
            load.finishAndExpectEachAnsweredOnce();
            assertEquals(lives, lives(), "no more than three were replaced for each");
        }
        assertEquals(2, gateway(pipeline).getFailed());
    }

    private void awaitLives(long expected) {
        cluster()
                .await(
                        "three replicas of " + pipeline.name() + " replaced",
                        view -> lives() >= expected && isRunning(view, pipeline),
                        PATIENCE);
    }

    private long lives() {
        return incarnation(pipeline, "frail-1") + incarnation(pipeline, "frail-2");
    }

    private PoisonedRequestException fails(String text) {
        try (Tensors request = Tensors.of("text", text)) {
            ExecutionException thrown = assertThrows(ExecutionException.class, () -> pipeline.infer(request)
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            return assertInstanceOf(PoisonedRequestException.class, thrown.getCause());
        }
    }
}
