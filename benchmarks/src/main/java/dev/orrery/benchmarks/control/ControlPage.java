package dev.orrery.benchmarks.control;

import dev.orrery.benchmarks.report.RowText;
import dev.orrery.benchmarks.report.Target;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A report as a section of a page, in Markdown. Pure. */
public final class ControlPage {
    private static final double MIB = 1 << 20;

    private ControlPage() {}

    public static String of(ControlReport report) {
        StringBuilder page = new StringBuilder();
        page.append("## The control plane\n\n");
        page.append(
                """
                Real heads and one ZooKeeper server under simulated node agents (the real protocol, no workers), all on this \
                machine, by `bin/orrery bench control`. %s, %d cores, %s; Linux %s; %s. Load before the run: %s.
                Pipelines of %d actors and %d worlds each. Session timeout %s s, a node is DEAD after %s s of silence. \
                Writes are ZooKeeper's transactions, each of up to 512 KB.
                """
                        .formatted(
                                report.machine().cpu(),
                                report.machine().cores(),
                                report.machine().memory(),
                                report.machine().kernel(),
                                report.machine().jdk(),
                                report.machine().load(),
                                PipelineShape.ACTORS,
                                PipelineShape.WORLDS,
                                number(report.sessionTimeout()),
                                number(report.deadAfter())));
        page.append('\n').append(figures(report.runs()));
        page.append('\n').append(targets(report.targets()));
        report.failures()
                .forEach(failure -> page.append("\nFailed: ").append(failure).append('\n'));
        return page.toString();
    }

    private static String figures(List<ScaleFigures> runs) {
        return row("", runs, run -> "%d nodes, %d actors, %d worlds"
                        .formatted(
                                run.scale().nodes(),
                                run.scale().actors(),
                                run.scale().worlds()))
                + "|---".repeat(runs.size() + 1) + "|\n"
                + row("all nodes joined", runs, run -> seconds(run.joined()))
                + row(
                        "deployed: all ALIVE, READY and RUNNING",
                        runs,
                        run -> seconds(run.deployment().seconds()))
                + row("… writes, and processor time of the leader", runs, run -> "%d, %s"
                        .formatted(
                                run.deployment().writes(),
                                seconds(run.deployment().leaderCpuSeconds())))
                + row("idle: writes", runs, run -> "%d in %s"
                        .formatted(run.idle().writes(), seconds(run.idle().seconds())))
                + row(
                        "… cores that the leader and the standby use",
                        runs,
                        run -> number(run.idle().leaderCpu()) + ", "
                                + number(run.idle().standbyCpu()))
                + row(
                        "… live heap and resident memory of the leader",
                        runs,
                        run -> mib(run.idle().liveHeapBytes()) + ", "
                                + mib(run.idle().residentBytes()))
                + row(
                        "leader killed: another leads",
                        runs,
                        run -> seconds(run.failover().led()))
                + row("… all reconciled", runs, run -> seconds(run.failover().reconciled()))
                + row(
                        "… writes, launched workers",
                        runs,
                        run -> run.failover().writes() + ", " + run.failover().launches())
                + row(
                        "nodes lost at once, and their workers",
                        runs,
                        run -> run.nodeLoss().nodes() + ", " + run.nodeLoss().moved())
                + row(
                        "… replaced, from when they were DEAD",
                        runs,
                        run -> seconds(run.nodeLoss().replaced()))
                + row("… writes, and processor time of the leader", runs, run -> "%d, %s"
                        .formatted(
                                run.nodeLoss().writes(), seconds(run.nodeLoss().leaderCpuSeconds())));
    }

    private static String row(String name, List<ScaleFigures> runs, Function<ScaleFigures, String> cell) {
        return runs.stream().map(cell).collect(Collectors.joining(" | ", "| " + name + " | ", " |\n"));
    }

    private static String targets(List<Target> targets) {
        return targets.stream().map(target -> "- " + RowText.of(target) + "\n").collect(Collectors.joining());
    }

    private static String seconds(double value) {
        return number(value) + " s";
    }

    private static String mib(long bytes) {
        return String.format(Locale.ROOT, "%.0f MB", bytes / MIB);
    }

    private static String number(double value) {
        String format = value >= 10 ? "%.0f" : value >= 1 ? "%.1f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }
}
