package dev.orrery.benchmarks.report;

import dev.orrery.benchmarks.statistics.Statistics;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Rows and targets as lines for a terminal. */
public final class RowText {
    private RowText() {}

    public static String of(Row row) {
        Topic topic = row.subject().topic();
        String cores = row.coreRoundTripNanos().isEmpty()
                ? ""
                : " (cores %s ns)".formatted(Labels.significant(Statistics.median(row.coreRoundTripNanos())));
        return "%s%s: %s"
                .formatted(
                        Labels.full(row.subject()),
                        cores,
                        row.sides().stream()
                                .map(side -> side.contender().label() + " " + Labels.value(topic, side.median()))
                                .collect(Collectors.joining(", ")));
    }

    /** What it is about. */
    public static String name(Row row) {
        return Labels.full(row.subject());
    }

    /** The median of a side. */
    public static String value(Row row, Contender contender) {
        OptionalDouble median = row.median(contender);
        return median.isPresent() ? Labels.value(row.subject().topic(), median.getAsDouble()) : "-";
    }

    public static String of(PairRow pair) {
        return "%s, %s: %s ÷ %s = %s (%s to %s)"
                .formatted(
                        Labels.full(pair.subject()),
                        pair.transport().label(),
                        pair.first().contender().label(),
                        pair.second().contender().label(),
                        Labels.significant(pair.medianRatio()),
                        Labels.significant(pair.interval().lower()),
                        Labels.significant(pair.interval().upper()));
    }

    public static String of(Target target) {
        return "%-6s %8s %s %s  %s"
                .formatted(
                        target.met() ? "met" : "MISSED",
                        Labels.significant(target.value()),
                        target.comparison(),
                        Labels.significant(target.target()),
                        target.name());
    }
}
