package dev.orrery.nccl.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.orrery.nccl.device.GpuSupport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** That the emulated CUDA and NCCL are what the tests use, and that they end whoever breaks a rule of NCCL. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EmulationTest {
    private static final Path FOLDER = Path.of("target", "emulation").toAbsolutePath();
    private static final int VIOLATED = 86;
    private static final long PATIENCE_SECONDS = 60;

    private record Outcome(int code, List<String> lines) {}

    @BeforeAll
    void isBuilt() {
        if (!Files.exists(FOLDER.resolve("violate"))) {
            if (Boolean.getBoolean("orrery.test.emulation.required")) {
                fail("CUDA and NCCL are not emulated: there is no " + FOLDER);
            }
            assumeTrue(false, "CUDA and NCCL are not emulated here (that needs gcc)");
        }
    }

    private static Outcome run(Map<String, String> environment, String... command) throws Exception {
        Path output = Files.createTempFile("emulation", ".txt");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(List.of(command) + " did not end: " + Files.readString(output));
            }
            return new Outcome(process.exitValue(), Files.readAllLines(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }

    private static Outcome violate(String what) throws Exception {
        return run(Map.of(), FOLDER.resolve("violate").toString(), what);
    }

    static List<String> violations() throws Exception {
        return Files.exists(FOLDER.resolve("violate")) ? violate("--variants").lines() : List.of("none");
    }

    @ParameterizedTest
    @MethodSource("violations")
    void whoBreaksARuleEndsWithItsName(String violation) throws Exception {
        Outcome outcome = violate(violation);
        String rule = violation.replaceFirst(":.*", "");
        assertEquals(VIOLATED, outcome.code(), outcome.lines()::toString);
        assertTrue(
                outcome.lines().stream().anyMatch(line -> line.startsWith("NCCL RULE VIOLATED: " + rule + ":")),
                outcome.lines()::toString);
    }

    @Test
    void everyRuleThatIsWrittenDownIsBrokenByATest() throws Exception {
        List<String> rules = violate("--list").lines();
        List<String> written;
        try (Stream<String> lines = Files.lines(Path.of("src", "test", "native", "README.md"))) {
            written = lines.dropWhile(line -> !line.startsWith("## Rules"))
                    .filter(line -> line.startsWith("| `"))
                    .map(line -> line.split("`", -1)[1])
                    .limit(rules.size())
                    .toList();
        }
        assertEquals(written.stream().sorted().toList(), rules.stream().sorted().toList());
        List<String> broken = violations().stream()
                .map(violation -> violation.replaceFirst(":.*", ""))
                .distinct()
                .sorted()
                .toList();
        assertEquals(rules.stream().sorted().toList(), broken);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ok", "leak", "faults", "threads"})
    void whoBreaksNoneIsServed(String what) throws Exception {
        Outcome outcome = violate(what);
        assertEquals(0, outcome.code(), outcome.lines()::toString);
    }

    @Test
    void nothingButTheEmulatedLibrariesIsLoadedHere() throws IOException {
        assertTrue(LoadedLibraries.load(GpuLibraries.OF_THE_HOST) instanceof GpuSupport.On);
        List<Path> loaded = new ArrayList<>();
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            lines.map(line -> line.replaceFirst("^\\S+ +\\S+ +\\S+ +\\S+ +\\S+ *", ""))
                    .filter(path -> path.matches(".*/lib(cuda|cudart|nccl|nvidia)[^/]*\\.so.*"))
                    .distinct()
                    .forEach(path -> loaded.add(Path.of(path)));
        }
        assertEquals(3, loaded.size(), loaded::toString);
        for (Path library : loaded) {
            assertEquals(FOLDER, library.getParent(), loaded::toString);
        }
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            List<String> elsewhere = lines.filter(line -> line.contains("libjni"))
                    .filter(line -> !line.contains(
                            Path.of("target", "javacpp").toAbsolutePath().toString()))
                    .toList();
            assertEquals(List.of(), elsewhere);
        }
    }

    private static Outcome probe(String... environment) throws Exception {
        return probeIn(FOLDER, environment);
    }

    /** With libraries of its own folder only, and nothing that another one unpacked or linked. */
    private static Outcome probeIn(Path libraries, String... environment) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.bytedeco.javacpp.platform.linkpath=" + libraries,
                "-Dorg.bytedeco.javacpp.cachedir="
                        + Path.of("target", "javacpp-of-" + libraries.getFileName())
                                .toAbsolutePath(),
                "-cp",
                System.getProperty("java.class.path"),
                ProbeMain.class.getName()));
        Map<String, String> variables = new HashMap<>(Map.of("LD_LIBRARY_PATH", libraries.toString()));
        for (String each : environment) {
            String[] parts = each.split("=", 2);
            variables.put(parts[0], parts[1]);
        }
        return run(variables, command.toArray(String[]::new));
    }

    private static String line(Outcome outcome, String start) {
        return outcome.lines().stream()
                .filter(line -> line.startsWith(start))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + start + " in " + outcome));
    }

    @Test
    void theProbeTellsOfDevicesAndNccl() throws Exception {
        Outcome outcome = probe("ORRERY_EMULATED_GPUS=3");
        assertEquals("nccl 23007", line(outcome, "nccl"));
        assertEquals(
                3,
                outcome.lines().stream()
                        .filter(line -> line.matches("gpu GPU-[0-9a-f-]{36} 1073741824 Emulated GPU"))
                        .count(),
                outcome::toString);
    }

    @Test
    void theProbeSeesWhatCudaIsToldToShow() throws Exception {
        String all = line(probe("ORRERY_EMULATED_GPUS=1"), "gpu");
        String uuid = all.split(" ", -1)[1];
        assertEquals(all, line(probe("ORRERY_EMULATED_GPUS=4", "CUDA_VISIBLE_DEVICES=" + uuid), "gpu"));
        Outcome second = probe("ORRERY_EMULATED_GPUS=4", "CUDA_VISIBLE_DEVICES=1");
        assertFalse(line(second, "gpu").contains(uuid), second::toString);
        assertTrue(line(probe("CUDA_VISIBLE_DEVICES="), "off").contains("100"));
    }

    @Test
    void theProbeTellsWhyNcclIsOff() throws Exception {
        assertTrue(line(probe("ORRERY_EMULATED_GPUS=0"), "off").contains("no CUDA-capable device"));
        assertTrue(line(probe("ORRERY_EMULATED_DRIVER_TOO_OLD=1"), "off").contains("driver"));
        assertEquals(
                "off NCCL 2.17.0 is too old; 2.18.0 is needed",
                line(probe("ORRERY_EMULATED_NCCL_VERSION=21700"), "off"));
        assertEquals("nccl 22300", line(probe("ORRERY_EMULATED_NCCL_VERSION=22300"), "nccl"));
    }

    @Test
    void theProbeNamesTheLibraryThatIsMissing() throws Exception {
        Path nothing = Files.createDirectories(Path.of("target", "no-libraries").toAbsolutePath());
        Outcome none = probeIn(nothing);
        assertTrue(line(none, "off").contains("there is no NVIDIA driver: libcuda.so.1"), none::toString);
        Outcome cuda12 = probeIn(FOLDER.resolve("cuda-12"));
        String why = line(cuda12, "off");
        assertTrue(why.contains("CUDA 13's runtime is missing: libcudart.so.13"), why);
        assertTrue(why.contains("cuda-12/libcudart.so.12, of an older CUDA than the 13 that is needed"), why);
        Path withoutNccl = Files.createDirectories(Path.of("target", "no-nccl").toAbsolutePath());
        for (String library : List.of("libcuda.so.1", "libcudart.so.13")) {
            Files.copy(FOLDER.resolve(library), withoutNccl.resolve(library), StandardCopyOption.REPLACE_EXISTING);
        }
        Outcome noNccl = probeIn(withoutNccl);
        assertTrue(line(noNccl, "off").contains("NCCL is missing: libnccl.so.2"), noNccl::toString);
    }
}
