package dev.orrery.agent.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.testing.TestingJars;
import dev.orrery.testing.TestingNode;
import dev.orrery.worker.launch.LaunchSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real JVMs with a main class that is quicker than a worker. */
@Timeout(120)
class ClassArchiveIT {
    private static final List<String> OPTIONS = List.of("-XX:+UseSerialGC", "-Xshare:auto");

    @TempDir
    Path root;

    private Path jar;
    private LaunchSpec rehearsal;

    @BeforeEach
    void compile() throws IOException {
        jar = TestingJars.compile(
                root,
                "quick",
                Map.of(
                        "quick.Main",
                        "package quick; public class Main { public static void main(String[] a) {"
                                + " System.out.println(\"ran \" + a.length); } }"));
        Path place = Files.createDirectories(root.resolve("archive/rehearsal"));
        rehearsal = TestingNode.launch(place, ActorLife.getDefaultInstance(), List.of());
    }

    private ClassArchive archive(String classPath) {
        return new ClassArchive(root.resolve("archive"), classPath, OPTIONS, "quick.Main");
    }

    private List<String> prepared() {
        try (ClassArchive archive = archive(jar.toString())) {
            assertEquals(List.of(), archive.options(), "before it is known to be whole");
            archive.prepare(rehearsal);
            return archive.options();
        }
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("archive"))) {
            List<Path> archives =
                    files.filter(file -> file.toString().endsWith(".jsa")).toList();
            assertEquals(1, archives.size());
            return archives.get(0);
        }
    }

    /** What a JVM prints that is started with the options, all of it. */
    private String run(List<String> options) throws Exception {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(OPTIONS);
        line.addAll(options);
        line.addAll(List.of("-cp", jar.toString(), "quick.Main"));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    @Test
    void isMadeOnceAndAnewWhenItIsDamagedOrAJarHasChanged() throws Exception {
        List<String> options = prepared();
        assertEquals(List.of("-XX:SharedArchiveFile=" + file()), options);
        List<String> shared = new ArrayList<>(options);
        shared.add("-Xlog:class+load");
        assertTrue(run(shared).contains("quick.Main source: shared objects file (top)"));
        assertEquals("ran 0", run(options).strip());

        FileTime made = Files.getLastModifiedTime(file());
        assertEquals(options, prepared());
        assertEquals(made, Files.getLastModifiedTime(file()), "it was made again");

        Files.write(file(), new byte[] {1}, StandardOpenOption.APPEND);
        long damaged = Files.size(file());
        assertEquals(options, prepared());
        assertNotEquals(damaged, Files.size(file()));

        Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000_000_000_000L));
        assertNotEquals(options, prepared());
        assertTrue(Files.exists(file()));
    }

    @Test
    void isNotMadeWhereItCannotBe() throws Exception {
        try (ClassArchive folders = archive(root.resolve("quick-classes").toString());
                ClassArchive absent = archive(root.resolve("absent.jar").toString())) {
            folders.prepare(rehearsal);
            assertEquals(List.of(), folders.options());
            absent.prepare(rehearsal);
            assertEquals(List.of(), absent.options());
        }
        try (Stream<Path> files = Files.list(root.resolve("archive"))) {
            assertFalse(files.anyMatch(file -> file.toString().endsWith(".jsa")));
        }
    }

    @Test
    void whatIsAskedForOtherwiseCounts() {
        try (ClassArchive off =
                new ClassArchive(root.resolve("archive"), jar.toString(), List.of("-Xshare:off"), "quick.Main")) {
            off.prepare(rehearsal);
            assertEquals(List.of(), off.options());
        }
    }
}
