package dev.orrery.benchmarks.core;

import dev.orrery.benchmarks.report.RowText;
import dev.orrery.benchmarks.statistics.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** A report as a section of a page, in Markdown. Pure. */
public final class CorePage {
    private static final double BYTES_OF_MB = 1e6;

    private CorePage() {}

    public static String of(CoreReport report) {
        List<String> sides = report.rows().stream()
                .flatMap(row -> row.runs().keySet().stream())
                .distinct()
                .toList();
        StringBuilder page = new StringBuilder("## Calls\n\n");
        page.append(
                """
                The tests of `ray microbenchmark` by their names, by `bin/orrery bench core`: ZooKeeper, a head, a node agent, \
                its workers and the driver on this machine. %s%s, %d cores, %s; Linux %s; %s. Load before the run: %s.
                Medians of runs that the sides took in turn; the ratio is the median of those of each turn.%s
                """
                        .formatted(
                                peers(report),
                                report.machine().cpu(),
                                report.machine().cores(),
                                report.machine().memory(),
                                report.machine().kernel(),
                                report.machine().jdk(),
                                report.machine().load(),
                                report.quick() ? " A quick look: figures vary more." : ""));
        page.append('\n').append(table(report.rows(), sides));
        if (!report.growth().isEmpty()) {
            page.append("\nHow figures of this project grow:\n\n")
                    .append(table(report.growth(), List.of(sides.get(0))));
        }
        if (!report.actors().isEmpty()) {
            page.append('\n').append(actors(report.actors()));
        }
        report.targets().forEach(target -> page.append("\n- ").append(RowText.of(target)));
        report.failures().forEach(failure -> page.append("\n- Failed: ").append(failure));
        return page.append('\n').toString();
    }

    private static String peers(CoreReport report) {
        return report.peers().entrySet().stream()
                .map(peer -> peer.getValue().error().isEmpty()
                        ? peer.getKey() + " " + peer.getValue().version() + ". "
                        : peer.getKey() + " could not be run: "
                                + peer.getValue().error() + ". ")
                .collect(Collectors.joining());
    }

    private static String table(List<CoreRow> rows, List<String> sides) {
        List<String> head = new ArrayList<>(List.of("test"));
        head.addAll(sides);
        sides.stream().skip(1).forEach(peer -> head.add(sides.get(0) + " ÷ " + peer));
        StringBuilder table =
                new StringBuilder(line(head)).append("|---".repeat(head.size())).append("|\n");
        for (CoreRow row : rows) {
            List<String> cells = new ArrayList<>(List.of(row.test()));
            sides.forEach(side -> cells.add(figure(row.median(side), row.unit())));
            sides.stream().skip(1).forEach(peer -> cells.add(ratio(row.ratio(sides.get(0), peer))));
            table.append(line(cells));
        }
        return table.toString();
    }

    private static String actors(Map<String, List<ManyActors>> actors) {
        StringBuilder table = new StringBuilder(line(List.of("small actors", "at a time", "started", "memory of each")))
                .append("|---".repeat(4))
                .append("|\n");
        actors.forEach((side, runs) -> table.append(line(List.of(
                side,
                String.format(Locale.ROOT, "%,d", runs.get(0).count()),
                CoreText.number(median(runs, ManyActors::perSecond)) + "/s",
                CoreText.number(median(runs, ManyActors::bytesEach) / BYTES_OF_MB) + " MB"))));
        return table.toString();
    }

    private static double median(List<ManyActors> runs, ToDoubleFunction<ManyActors> figure) {
        return Statistics.median(runs.stream().map(figure::applyAsDouble).toList());
    }

    private static String line(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String figure(OptionalDouble value, String unit) {
        return value.isPresent() ? CoreText.number(value.getAsDouble()) + " " + unit + "/s" : "";
    }

    private static String ratio(OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.1f", value.getAsDouble()) : "";
    }
}
