package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Orrery;
import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.error.StartFailedException;
import dev.orrery.tensor.Tensors;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** User code arrives as jars that Orrery has never seen. */
class ShippedJarIT extends ClusterScenario {
    private static final String SOURCE =
            """
            package com.acme;

            import dev.orrery.Stage;
            import dev.orrery.tensor.Tensors;

            public final class Shout implements Stage {
                @Override
                public Tensors process(Tensors inputs) {
                    return Tensors.of("text", inputs.get("text").toStrings().get(0).toUpperCase());
                }
            }
            """;

    @TempDir
    private Path folder;

    @Override
    Pattern expectedErrors() {
        return Pattern.compile("absent/shout-1 ");
    }

    @Test
    void aStageOfAJarCompiledHereAndUnknownToOrreryServes() throws Exception {
        assertThrows(ClassNotFoundException.class, () -> Class.forName("com.acme.Shout"));
        PipelineRef pipeline = orrery().deploy(Pipeline.named("shipped")
                .stageClass("shout", "com.acme.Shout", s -> s.cpus(0.1))
                .artifact(compileJar())
                .build());
        try (Tensors request = Tensors.of("text", "hello");
                Tensors answer = pipeline.infer(request).get(20, TimeUnit.SECONDS)) {
            assertEquals("HELLO", answer.get("text").toStrings().get(0));
        }
        pipeline.undeploy();
    }

    @Test
    void aClassThatNoArtifactHasFailsTheDeployment() {
        StartFailedException failed =
                assertThrows(StartFailedException.class, () -> orrery().deploy(Pipeline.named("absent")
                        .stageClass("shout", "com.acme.Absent", s -> s.cpus(0.1))
                        .restarts(0, Duration.ofMinutes(1))
                        .build()));
        assertTrue(failed.getMessage().contains("com.acme.Absent"), failed.getMessage());
    }

    private Path compileJar() throws Exception {
        Path source = Files.writeString(folder.resolve("Shout.java"), SOURCE);
        Path classes = Files.createDirectory(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        URI api =
                Orrery.class.getProtectionDomain().getCodeSource().getLocation().toURI();
        int result = compiler.run(
                null, null, null, "-cp", Path.of(api).toString(), "-d", classes.toString(), source.toString());
        assertEquals(0, result, "compiles");
        Path jar = folder.resolve("shout.jar");
        List<Path> files;
        try (Stream<Path> walk = Files.walk(classes)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Path file : files) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
        return jar;
    }
}
