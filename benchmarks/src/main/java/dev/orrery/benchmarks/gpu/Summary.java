package dev.orrery.benchmarks.gpu;

import dev.orrery.benchmarks.gpu.GpuReport.Line;
import dev.orrery.benchmarks.report.Contender;
import dev.orrery.benchmarks.report.RowText;
import java.io.PrintWriter;

/** A report as a table for a terminal. */
final class Summary {
    private static final String COLUMNS = "%-36s %18s %18s %9s%n";

    private Summary() {}

    static void print(GpuReport report, PrintWriter out) {
        out.printf(
                "-- GPU check on %s: %d %s GPUs, NCCL %s%n",
                report.host(), report.devices().size(), report.on(), report.nccl());
        out.printf("%-36s %8s %8s %8s %8s%n", "tests", "passed", "failed", "skipped", "seconds");
        report.suites()
                .forEach(suite -> out.printf(
                        "%-36s %8d %8d %8d %8.0f%n",
                        suite.name(), suite.passed(), suite.failed(), suite.skipped(), suite.seconds()));
        report.benchmark().forEach(benchmark -> {
            String title = benchmark.sharedGpu() ? "benchmark, both on one GPU" : "benchmark, a GPU each";
            out.printf(COLUMNS, title, Contender.NCCL.label(), Contender.HOST_COPIES.label(), "times");
            benchmark.rows().forEach(line -> print(line, out));
        });
        report.suites().forEach(suite -> suite.skips()
                .forEach((why, count) -> out.printf("skipped in %s: %d: %s%n", suite.name(), count, why)));
        report.failures().forEach(failure -> out.println("FAILED: " + failure));
        out.printf("%s (%s) in %d s%n", report.outcome(), report.on(), report.seconds());
        out.flush();
    }

    private static void print(Line line, PrintWriter out) {
        out.printf(
                COLUMNS,
                RowText.name(line.row()),
                RowText.value(line.row(), Contender.NCCL),
                RowText.value(line.row(), Contender.HOST_COPIES),
                "%.2f".formatted(line.ncclTimesAsFast()));
    }
}
