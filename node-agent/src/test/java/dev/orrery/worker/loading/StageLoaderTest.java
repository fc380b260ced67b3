package dev.orrery.worker.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.orrery.Stage;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.tensor.Tensors;
import dev.orrery.testing.TestingJars;
import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StageLoaderTest {
    private static final String STAGE =
            """
            package acme;
            import dev.orrery.*;
            import dev.orrery.tensor.*;
            public class Upper implements Stage {
                private final String suffix;
                public Upper() { this("!"); }
                public Upper(String suffix) { this.suffix = suffix; }
                @Override public Tensors process(Tensors inputs) {
                    return Tensors.of("text", inputs.get("text").toStrings().get(0).toUpperCase() + suffix);
                }
                public static StageFactory reference() { return Upper::new; }
                public static StageFactory lambda(String suffix) { return () -> new Upper(suffix); }
                public static StageFactory given(Object captured) { return () -> new Upper(captured.toString()); }
                public static StageFactory nothing() { return () -> null; }
            }
            """;
    private static final String ODD =
            """
            package acme;
            import dev.orrery.*;
            import dev.orrery.tensor.*;
            public class Odd {
                public static class Fails implements Stage {
                    public Fails() { throw new IllegalStateException("no model"); }
                    public Tensors process(Tensors inputs) { return inputs; }
                }
                public static class NeedsArgument implements Stage {
                    public NeedsArgument(int x) {}
                    public Tensors process(Tensors inputs) { return inputs; }
                }
                public static class Looks implements Stage {
                    public Tensors process(Tensors inputs) throws Exception {
                        StringBuilder seen = new StringBuilder();
                        for (String name : inputs.get("names").toStrings()) {
                            try {
                                Class<?> type = Class.forName(name);
                                seen.append(type.getClassLoader() == Odd.class.getClassLoader() ? "own " : "shared ");
                            } catch (ClassNotFoundException e) {
                                seen.append("hidden ");
                            }
                        }
                        return Tensors.of("seen", seen.toString().trim());
                    }
                }
            }
            """;
    private static final String OWN_PROTOBUF =
            "package com.google.protobuf; public class ByteString { public static final int MINE = 1; }";

    @TempDir
    private static Path folder;

    private static Path jar;

    @BeforeAll
    static void compileUserCode() throws Exception {
        jar = TestingJars.compile(
                folder,
                "acme",
                Map.of("acme.Upper", STAGE, "acme.Odd", ODD, "com.google.protobuf.ByteString", OWN_PROTOBUF));
    }

    private static StageSpec byName(String className) {
        return StageSpec.newBuilder().setName("upper").setClassName(className).build();
    }

    /** Serialises as a driver does that has the jar on its class path. */
    private static StageSpec byFactory(String method, Object... arguments) throws Exception {
        try (URLClassLoader driver = new URLClassLoader(new URL[] {jar.toUri().toURL()})) {
            Class<?> type = driver.loadClass("acme.Upper");
            Object factory = arguments.length == 0
                    ? type.getMethod(method).invoke(null)
                    : type.getMethod(method, method.equals("given") ? Object.class : String.class)
                            .invoke(null, arguments);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeObject(factory);
            }
            return StageSpec.newBuilder()
                    .setName("upper")
                    .setSerializedFactory(ByteString.copyFrom(bytes.toByteArray()))
                    .build();
        }
    }

    private static String run(StageSpec spec, Tensors inputs, String output) throws Exception {
        try (StageLoader loader = new StageLoader(List.of(jar));
                inputs;
                Tensors outputs = loader.create(spec).process(inputs)) {
            return outputs.get(output).toStrings().get(0);
        }
    }

    @Test
    void makesStagesByClassConstructorReferenceAndLambda() throws Exception {
        assertEquals("ABC!", run(byName("acme.Upper"), Tensors.of("text", "abc"), "text"));
        assertEquals("ABC!", run(byFactory("reference"), Tensors.of("text", "abc"), "text"));
        assertEquals("ABC?", run(byFactory("lambda", "?"), Tensors.of("text", "abc"), "text"));
    }

    @Test
    void userClassesComeFromTheArtifactsAndTheApiFromTheWorker() throws Exception {
        try (StageLoader loader = new StageLoader(List.of(jar))) {
            Stage stage = loader.create(byName("acme.Upper"));
            assertSame(loader.classLoader(), stage.getClass().getClassLoader());
            assertSame(Stage.class, loader.classLoader().loadClass("dev.orrery.Stage"));
            assertNotSame(ByteString.class, loader.classLoader().loadClass("com.google.protobuf.ByteString"));
        }
    }

    @Test
    void hidesTheWorkersOwnClassesAndLibraries() throws Exception {
        Tensors names = Tensors.of(
                "names",
                dev.orrery.tensor.Tensor.ofStrings(
                        "io.netty.channel.Channel",
                        "dev.orrery.internal.rpc.RpcClient",
                        "dev.orrery.worker.WorkerProcess",
                        "ch.qos.logback.classic.Logger",
                        "com.google.protobuf.Message",
                        "com.google.protobuf.ByteString",
                        "dev.orrery.tensor.Tensor",
                        "dev.orrery.error.Failure",
                        "org.slf4j.Logger",
                        "java.sql.Connection"));
        assertEquals(
                "hidden hidden hidden hidden hidden own shared shared shared shared",
                run(byName("acme.Odd$Looks"), names, "seen"));
    }

    @Test
    void aMissingClassIsNamedWithTheArtifacts() throws Exception {
        try (StageLoader loader = new StageLoader(List.of(jar))) {
            Exception thrown =
                    assertThrows(ClassNotFoundException.class, () -> loader.create(byName("acme.Forgotten")));
            assertEquals("acme.Forgotten is in none of the artifacts [acme.jar]", thrown.getMessage());
        }
        try (StageLoader loader = new StageLoader(List.of())) {
            Exception thrown = assertThrows(ClassNotFoundException.class, () -> loader.create(byFactory("reference")));
            assertTrue(thrown.getMessage().startsWith("acme.Upper is in none of"), thrown.getMessage());
        }
    }

    @Test
    void aMissingArtifactIsNamed() throws Exception {
        Path gone = folder.resolve("gone.jar");
        try (StageLoader loader = new StageLoader(List.of(jar, gone))) {
            Exception thrown = assertThrows(OrreryException.class, () -> loader.create(byName("acme.Upper")));
            assertTrue(thrown.getMessage().contains(gone.toString()), thrown.getMessage());
        }
    }

    @Test
    void theUsersExceptionComesThroughAsItself() throws Exception {
        try (StageLoader loader = new StageLoader(List.of(jar))) {
            Exception thrown = assertThrows(IllegalStateException.class, () -> loader.create(byName("acme.Odd$Fails")));
            assertEquals("no model", thrown.getMessage());
            assertEquals("java.lang.IllegalStateException", Failure.of(thrown).kind());
        }
    }

    @Test
    void saysWhatIsWrongWithAClass() throws Exception {
        try (StageLoader loader = new StageLoader(List.of(jar))) {
            assertTrue(assertThrows(OrreryException.class, () -> loader.create(byName("acme.Odd")))
                    .getMessage()
                    .contains("does not implement dev.orrery.Stage"));
            assertTrue(assertThrows(OrreryException.class, () -> loader.create(byName("acme.Odd$NeedsArgument")))
                    .getMessage()
                    .contains("no public constructor without arguments"));
            assertTrue(assertThrows(OrreryException.class, () -> loader.create(byFactory("nothing")))
                    .getMessage()
                    .contains("returned null"));
            assertTrue(assertThrows(OrreryException.class, () -> loader.create(StageSpec.getDefaultInstance()))
                    .getMessage()
                    .contains("neither a factory nor a class"));
        }
    }

    @Test
    void aFactoryWithABottomlessGraphIsRefused() throws Exception {
        List<Object> deep = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            deep = new ArrayList<>(List.of(deep));
        }
        StageSpec spec = byFactory("given", deep);
        try (StageLoader loader = new StageLoader(List.of(jar))) {
            Exception thrown = assertThrows(OrreryException.class, () -> loader.create(spec));
            assertTrue(thrown.getMessage().contains("maxdepth=64"), thrown.getMessage());
        }
    }
}
