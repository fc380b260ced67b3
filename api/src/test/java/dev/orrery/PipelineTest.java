package dev.orrery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.InvalidArgumentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineTest {
    private static final StageFactory ECHO = () -> inputs -> inputs;

    @TempDir
    Path folder;

    private static Pipeline.Builder valid() {
        return Pipeline.named("embed").stage("encode", ECHO);
    }

    private static String refusal(Pipeline.Builder builder) {
        return assertThrows(InvalidArgumentException.class, builder::build).getMessage();
    }

    private static void assertRefused(String part, Pipeline.Builder builder) {
        String message = refusal(builder);
        assertTrue(message.contains(part), message);
    }

    @Test
    void defaultsAreTheDocumentedOnes() {
        Pipeline pipeline = valid().build();
        PipelinePolicy policy = pipeline.policy();
        assertEquals(1_024, policy.queueCapacity());
        assertEquals(5, policy.maxAttempts());
        assertEquals(Duration.ofSeconds(30), policy.requestDeadline());
        assertEquals(Duration.ofSeconds(30), policy.drainDeadline());
        assertEquals(32L << 20, policy.maxTensorBytes());
        assertEquals(Duration.ofMinutes(2), policy.openTimeout());
        assertEquals(5, policy.maxRestarts());
        assertEquals(Duration.ofMinutes(10), policy.restartWindow());
        StageOptions options = pipeline.stages().get(0).options();
        assertEquals(1, options.cpus());
        assertEquals(0, options.gpus());
        assertEquals(PlacementOptions.none(), options.placement());
        assertEquals(List.of(1, 1, 1_000), replicas(options));
        assertEquals(8, options.maxInFlight());
        assertEquals(Duration.ofMinutes(1), options.stallTimeout());
    }

    @Test
    void keepsWhatWasDeclared() {
        Pipeline pipeline = Pipeline.named("embed")
                .stage("tokenize", ECHO, s -> s.cpus(0.5))
                .stageClass("encode", "com.acme.Encoder", s -> s.gpus(1))
                .maxAttempts(3)
                .build();
        assertEquals(
                List.of("tokenize", "encode"),
                pipeline.stages().stream().map(StageDefinition::name).toList());
        assertEquals(0.5, pipeline.stages().get(0).options().cpus());
        assertEquals("com.acme.Encoder", pipeline.stages().get(1).className().orElseThrow());
        assertEquals(1, pipeline.stages().get(1).options().gpus());
        assertEquals(3, pipeline.policy().maxAttempts());
    }

    private static List<Integer> replicas(StageOptions options) {
        return List.of(options.minReplicas(), options.replicas(), options.maxReplicas());
    }

    @Test
    void replicasAreAFirstNumberOrARange() {
        Pipeline pipeline = valid().stage("three", ECHO, s -> s.replicas(3))
                .stage("range", ECHO, s -> s.replicas(2, 8))
                .build();
        assertEquals(List.of(1, 3, 1_000), replicas(pipeline.stages().get(1).options()));
        assertEquals(List.of(2, 2, 8), replicas(pipeline.stages().get(2).options()));
    }

    @Test
    void everythingThatDoesNotHoldIsToldAtOnce() throws IOException {
        Path text = Files.writeString(folder.resolve("text.jar"), "no zip");
        String message = refusal(Pipeline.named("Embed")
                .stage("gateway", ECHO)
                .stage("encode", ECHO, s -> s.cpus(-1).replicas(4, 2).maxInFlight(0))
                .stage("encode", ECHO, s -> s.gpus(1.5).memory(-1).stallTimeout(Duration.ZERO))
                .maxAttempts(0)
                .queueCapacity(0)
                .maxTensorBytes(0)
                .restarts(-1, Duration.ofSeconds(-1))
                .requestDeadline(Duration.ofNanos(5))
                .artifact(folder.resolve("none.jar"))
                .artifact(text)
                .artifact(folder));
        for (String part : List.of(
                "the name 'Embed'",
                "the stage name 'gateway'",
                "two stages are called 'encode'",
                "stage encode: cpus",
                "stage encode: replicas",
                "stage encode: maxInFlight",
                "stage encode: gpus 1.5: a part is of one GPU",
                "stage encode: memory",
                "stage encode: stallTimeout",
                "maxAttempts",
                "queueCapacity",
                "maxTensorBytes",
                "restarts must not be negative",
                "the window of restarts",
                "requestDeadline must be from 1 ms",
                "none.jar is no readable file",
                "text.jar is no jar",
                folder + " is no readable file")) {
            assertTrue(message.contains(part), part + " is missing in: " + message);
        }
    }

    @Test
    void namesAreLowerCaseAndShort() {
        for (String name : List.of("a", "a-1", "x".repeat(63))) {
            assertEquals(name, Pipeline.named(name).stage(name, ECHO).build().name());
        }
        for (String name : List.of("", "A", "1a", "-a", "a_b", "a/b", "x".repeat(64))) {
            assertRefused("the name '" + name + "'", Pipeline.named(name).stage("s", ECHO));
            assertRefused("the stage name '" + name + "'", Pipeline.named("p").stage(name, ECHO));
        }
        assertRefused("it has no stage", Pipeline.named("p"));
    }

    @Test
    void replicasStayInTheirRange() {
        assertRefused("replicas", valid().stage("s", ECHO, s -> s.replicas(0)));
        assertRefused("replicas", valid().stage("s", ECHO, s -> s.replicas(1_001)));
        assertRefused("replicas", valid().stage("s", ECHO, s -> s.replicas(1, 1_001)));
        assertRefused("cpus", valid().stage("s", ECHO, s -> s.cpus(Double.NaN)));
    }

    @Test
    void builtOneDoesNotChangeWithItsBuilder() throws IOException {
        Path jar = folder.resolve("a.jar");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry("a"));
        }
        Pipeline.Builder builder = valid();
        Pipeline pipeline = builder.build();
        builder.stage("more", ECHO).artifact(jar);
        assertEquals(1, pipeline.stages().size());
        assertEquals(List.of(), pipeline.artifacts());
        assertEquals(List.of(jar), builder.build().artifacts());
        assertThrows(
                UnsupportedOperationException.class, () -> pipeline.stages().remove(0));
    }
}
