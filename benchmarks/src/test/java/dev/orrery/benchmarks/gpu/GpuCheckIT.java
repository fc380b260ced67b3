package dev.orrery.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.orrery.benchmarks.gpu.GpuReport.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process. Figures of emulated GPUs say nothing; that each is there does. */
@Timeout(300)
class GpuCheckIT {
    private static final Path EMULATION =
            Path.of("..", "nccl", "target", "emulation").toAbsolutePath().normalize();
    private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");
    private static final long LIMIT_SECONDS = 280;
    private static final int RUNS = 5;

    @TempDir
    private Path folder;

    private record Ended(int exit, String output, GpuReport report) {}

    private static void needEmulation() {
        if (!Files.exists(EMULATION.resolve("libnccl.so.2"))) {
            if (Boolean.getBoolean("orrery.test.emulation.required")) {
                fail("NCCL is not emulated: there is no " + EMULATION);
            }
            assumeTrue(false, "NCCL is not emulated here (that needs gcc)");
        }
    }

    private Ended run(Map<String, String> environment, String... arguments) throws Exception {
        Path report = folder.resolve("report.json");
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Dorrery.emulation=" + EMULATION,
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                GpuCheckMain.class.getName(),
                "--report",
                report.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), () -> "did not end: " + arguments[0]);
            return new Ended(process.exitValue(), Files.readString(output), GpuReport.read(report));
        } finally {
            process.destroy();
        }
    }

    private static void assertNothingFound(Ended ended, String cause) {
        assertEquals(3, ended.exit(), ended.output());
        assertEquals(1, ended.output().lines().count(), ended.output());
        assertTrue(ended.output().contains(cause), ended.output());
        assertEquals(Outcome.NO_GPU, ended.report().outcome());
        assertTrue(ended.report().cause().contains(cause), ended.report().cause());
    }

    @Test
    void aHostWithoutGpuIsToldSo() throws Exception {
        assumeFalse(Files.exists(DRIVER), "this host has a GPU");
        Ended ended = run(Map.of("LD_LIBRARY_PATH", ""));
        assertNothingFound(ended, "there is no NVIDIA driver");
        assertEquals("none", ended.report().on());
    }

    @Test
    void aHostWithoutNcclIsToldSo() throws Exception {
        needEmulation();
        Ended ended = run(
                Map.of(),
                "--cuda-lib",
                EMULATION.toString(),
                "--nccl-lib",
                folder.resolve("libnccl.so.2").toString());
        assertNothingFound(ended, "NCCL is missing");
    }

    @Test
    void aMaskThatHidesAllGpusIsToldSo() throws Exception {
        needEmulation();
        Ended ended = run(Map.of("CUDA_VISIBLE_DEVICES", ""), "--emulated");
        assertEquals(3, ended.exit(), ended.output());
        assertTrue(ended.report().cause().contains("CUDA"), ended.report().cause());
    }

    @Test
    @Tag("full")
    void aQuickOnePassesOnTheEmulationAndSaysThatItIsOne() throws Exception {
        needEmulation();
        Ended ended = run(Map.of(), "--quick", "--emulated");
        assertEquals(0, ended.exit(), ended.output());
        assertTrue(ended.output().startsWith("EMULATED"), ended.output());
        assertTrue(ended.output().contains("PASSED (emulated)"), ended.output());
        GpuReport report = ended.report();
        assertEquals("emulated", report.on());
        assertEquals(Outcome.PASSED, report.outcome());
        assertEquals(16, report.devices().size());
        assertEquals("2.30.7", report.nccl());
        assertSuites(report);
        assertBenchmark(report);
        assertNothingIsLeft();
    }

    /** A GPU for two processes, of an NCCL that cannot have several ranks on one. */
    @Test
    @Tag("full")
    void oneGpuDoesForTheKillsAndWhatNeedsMoreIsSkippedWithTheReason() throws Exception {
        needEmulation();
        Ended ended = run(
                Map.of("ORRERY_EMULATED_GPUS", "1", "ORRERY_EMULATED_NCCL_VERSION", "22703"), "--quick", "--emulated");
        assertEquals(0, ended.exit(), ended.output());
        GpuReport report = ended.report();
        SuiteResult contract = report.suites().get(0);
        assertTrue(
                contract.skips().entrySet().stream()
                        .anyMatch(skip -> skip.getKey().contains("needs more GPUs than the 1") && skip.getValue() > 10),
                contract.skips()::toString);
        assertEquals(4, report.suites().get(1).passed());
        assertTrue(report.benchmark().get(0).sharedGpu());
        assertBenchmark(report);
    }

    private static void assertSuites(GpuReport report) {
        assertEquals(
                List.of("contract", "kill"),
                report.suites().stream().map(SuiteResult::name).toList());
        for (SuiteResult suite : report.suites()) {
            assertTrue(suite.isGood(), suite::toString);
            assertEquals("0", suite.environment().get("NCCL_MNNVL_ENABLE"), suite::toString);
            assertTrue(suite.limitSeconds() > 0, suite::toString);
        }
        assertTrue(report.suites().get(0).passed() > 20, report.suites()::toString);
    }

    private static void assertBenchmark(GpuReport report) {
        List<GpuReport.Line> rows = report.benchmark().get(0).rows();
        assertEquals(4, rows.size());
        for (GpuReport.Line line : rows) {
            assertTrue(line.ncclTimesAsFast() > 0, line::toString);
            assertEquals(2, line.row().sides().size());
            line.row().sides().forEach(side -> assertEquals(RUNS, side.runs().size()));
        }
    }

    private void assertNothingIsLeft() throws Exception {
        try (var left = Files.list(folder)) {
            assertEquals(
                    List.of(),
                    left.map(each -> each.getFileName().toString())
                            .filter(name -> name.startsWith("orrery-gpu-check"))
                            .toList());
        }
    }
}
