package dev.orrery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.InvalidArgumentException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PipelineTest {
    private static final StageFactory PASS = () -> inputs -> inputs;

    @Test
    void keepsWhatWasDeclared() {
        Pipeline pipeline = Pipeline.named("embed")
                .stage("tokenize", PASS, s -> s.cpus(0.5))
                .stageClass("encode", "com.acme.Encoder", s -> s.gpus(1).replicas(2, 8))
                .maxAttempts(3)
                .build();

        assertEquals(
                List.of("tokenize", "encode"),
                pipeline.stages().stream().map(StageDefinition::name).toList());
        StageOptions encode = pipeline.stages().get(1).options();
        assertEquals(2, encode.replicas());
        assertEquals(8, encode.maxReplicas());
        assertEquals(3, pipeline.policy().maxAttempts());
        assertEquals(Duration.ofSeconds(30), pipeline.policy().requestDeadline());
    }

    @Test
    void tellsEverythingThatDoesNotHold() {
        InvalidArgumentException refused = assertThrows(InvalidArgumentException.class, () -> Pipeline.named("Embed!")
                .stage("a", PASS, s -> s.cpus(-1).replicas(5, 4).maxInFlight(0))
                .stage("a", PASS)
                .stage("gateway", PASS)
                .artifact(Path.of("no/such.jar"))
                .maxAttempts(0)
                .requestDeadline(Duration.ZERO)
                .build());
        for (String part : List.of(
                "'Embed!'",
                "two stages are called 'a'",
                "'gateway'",
                "cpus",
                "replicas",
                "maxInFlight",
                "no/such.jar",
                "maxAttempts",
                "requestDeadline")) {
            assertTrue(refused.getMessage().contains(part), part + " in " + refused.getMessage());
        }
    }

    @Test
    void needsAStage() {
        assertThrows(
                InvalidArgumentException.class, () -> Pipeline.named("empty").build());
    }

    @Test
    void anAddressNamesHeads() {
        assertEquals(
                List.of("a:1", "b:2"), OrreryOptions.parse("orrery://a:1,b:2").heads());
        assertThrows(InvalidArgumentException.class, () -> OrreryOptions.parse("http://a:1"));
        assertThrows(InvalidArgumentException.class, () -> OrreryOptions.parse("orrery://a"));
    }
}
