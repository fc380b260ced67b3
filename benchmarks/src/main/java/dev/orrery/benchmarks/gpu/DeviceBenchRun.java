package dev.orrery.benchmarks.gpu;

import dev.orrery.benchmarks.gpu.GpuReport.Benchmark;
import dev.orrery.benchmarks.gpu.GpuReport.Line;
import dev.orrery.benchmarks.process.DeviceSetting;
import dev.orrery.benchmarks.process.JavaLaunches;
import dev.orrery.benchmarks.report.Contender;
import dev.orrery.benchmarks.report.Row;
import dev.orrery.benchmarks.report.Topic;
import dev.orrery.benchmarks.scenario.DeviceBench;
import dev.orrery.benchmarks.scenario.RunPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** The benchmark of two processes with GPUs, within a limit. */
final class DeviceBenchRun {
    private static final long END_SECONDS = 60;
    private static final int MEMBERS = 2;
    private static final double NANOS_PER_SECOND = 1e9;

    private final GpuSetting setting;
    private final ChildJvm child;
    private final Path folder;
    private final Duration limit;

    DeviceBenchRun(GpuSetting setting, ChildJvm child, Path folder) {
        this.setting = setting;
        this.child = child;
        this.folder = folder;
        this.limit = Duration.ofMinutes(setting.quick() ? 3 : 15);
    }

    Duration limit() {
        return limit;
    }

    /** @param failures gets those */
    Benchmark run(int devices, List<Map<String, String>> environments, Consumer<Row> progress, List<String> failures)
            throws InterruptedException {
        DeviceSetting device = new DeviceSetting(
                devices,
                setting.libraries().cuda().map(Path::toString).orElse(""),
                setting.libraries().nccl().map(Path::toString).orElse(""),
                List.of(child.cacheOption()),
                environments);
        List<Row> rows = new ArrayList<>();
        DeviceBench bench = new DeviceBench(setting.quick() ? RunPlan.quickOfDevices() : RunPlan.ofDevices(), row -> {
            synchronized (rows) {
                rows.add(row);
            }
            progress.accept(row);
        });
        long start = System.nanoTime();
        failures.addAll(within(() -> bench.run(new JavaLaunches(folder), device).failures()));
        List<Line> lines = new ArrayList<>();
        synchronized (rows) {
            rows.forEach(row -> lines.add(line(row)));
        }
        lines.stream()
                .filter(line -> line.ncclTimesAsFast() == 0 && failures.isEmpty())
                .findFirst()
                .ifPresent(line -> failures.add(
                        "benchmark: not measured on both sides: " + line.row().subject()));
        return new Benchmark(
                environments.stream().map(GpuEnvironment::shown).toList(),
                devices < MEMBERS,
                Math.round((System.nanoTime() - start) / NANOS_PER_SECOND),
                limit.toSeconds(),
                lines);
    }

    private interface Measurement {
        List<String> run() throws InterruptedException;
    }

    private List<String> within(Measurement measurement) throws InterruptedException {
        ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "orrery-gpu-benchmark"));
        try {
            Future<List<String>> found = thread.submit(measurement::run);
            return found.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return List.of("benchmark: it did not end within " + limit.toSeconds() + " s");
        } catch (ExecutionException e) {
            return List.of("benchmark: " + e.getCause());
        } finally {
            // Interrupted, it ends its processes.
            thread.shutdownNow();
            thread.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static Line line(Row row) {
        boolean less = row.subject().topic() == Topic.ROUND_TRIP_HOT;
        Contender above = less ? Contender.HOST_COPIES : Contender.NCCL;
        Contender below = less ? Contender.NCCL : Contender.HOST_COPIES;
        return new Line(row, row.ratio(above, below).orElse(0.0));
    }
}
