package dev.orrery.benchmarks.gpu;

import dev.orrery.benchmarks.gpu.GpuReport.Benchmark;
import dev.orrery.benchmarks.gpu.GpuReport.Outcome;
import dev.orrery.benchmarks.machine.MachineFacts;
import dev.orrery.benchmarks.report.RowText;
import dev.orrery.internal.gpu.NcclVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The steps: look for GPUs, contract tests, kill tests, benchmark. One that fails does not keep the others from running. */
final class GpuCheck {
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private final GpuSetting setting;
    private final ChildJvm child;
    private final Path folder;
    private final PrintWriter out;
    private final List<String> failures = new ArrayList<>();

    /** @param folder for logs */
    GpuCheck(GpuSetting setting, Path folder, PrintWriter out) {
        this.setting = setting;
        this.child = new ChildJvm(folder);
        this.folder = folder;
        this.out = out;
    }

    GpuReport run() throws IOException, InterruptedException {
        String date = MachineFacts.today();
        MachineFacts machine = MachineFacts.here();
        long start = System.nanoTime();
        FoundGpus found = new GpuProbe(child).run(setting);
        List<SuiteResult> suites = new ArrayList<>();
        List<Benchmark> benchmark = new ArrayList<>();
        if (found.nccl().isPresent()) {
            steps(found, found.nccl().get(), suites, benchmark);
        }
        return new GpuReport(
                date,
                on(found),
                setting.quick(),
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
                outcome(found),
                found.cause(),
                Files.readString(HOST_NAME).strip(),
                machine,
                found.devices(),
                found.nccl().map(NcclVersion::toString).orElse(""),
                found.cuda(),
                found.driver(),
                suites,
                benchmark,
                failures);
    }

    private String on(FoundGpus found) {
        if (setting.emulated() || found.isEmulated()) {
            return "emulated";
        }
        return found.nccl().isPresent() ? "real" : "none";
    }

    private Outcome outcome(FoundGpus found) {
        if (found.nccl().isEmpty()) {
            return Outcome.NO_GPU;
        }
        return failures.isEmpty() ? Outcome.PASSED : Outcome.FAILED;
    }

    private void steps(FoundGpus found, NcclVersion nccl, List<SuiteResult> suites, List<Benchmark> benchmark)
            throws IOException, InterruptedException {
        int devices = found.devices().size();
        GpuEnvironment environment = new GpuEnvironment(setting, devices, found.nccl());
        show(found, nccl);
        suites.add(suite(Suite.contract(setting.quick()), environment.ofContractTests(), false));
        suites.add(suite(Suite.kill(setting.quick()), environment.ofKillTests(), environment.killTestsShare()));
        DeviceBenchRun bench = new DeviceBenchRun(setting, child, folder);
        tell("-- benchmark (at most " + bench.limit().toSeconds() + " s)");
        List<String> failed = new ArrayList<>();
        benchmark.add(bench.run(devices, environment.ofBenchmark(), row -> tell(RowText.of(row)), failed));
        failures.addAll(failed);
    }

    private void show(FoundGpus found, NcclVersion nccl) {
        if (setting.emulated() || found.isEmulated()) {
            tell("EMULATED: no GPU, no CUDA and no NCCL take part; figures say nothing about them");
        }
        found.devices().forEach(device -> tell("GPU " + device.index() + ": " + device.name() + ", " + device.uuid()));
        tell("NCCL " + nccl + "; " + found.cuda() + "; driver " + found.driver());
    }

    private SuiteResult suite(Suite suite, Map<String, String> environment, boolean hostEach)
            throws IOException, InterruptedException {
        tell("-- %s tests (at most %d s)".formatted(suite.name(), suite.limit().toSeconds()));
        SuiteResult result = new SuiteRun(child, setting, folder).run(suite, environment, hostEach);
        tell("%d passed, %d failed, %d skipped".formatted(result.passed(), result.failed(), result.skipped()));
        result.skips().forEach((why, count) -> tell("skipped " + count + ": " + why));
        result.failures().forEach(failure -> failures.add(failure.test() + ": " + failure.why()));
        return result;
    }

    private void tell(String line) {
        out.println(line);
        out.flush();
    }
}
