package dev.orrery.benchmarks.report;

import dev.orrery.benchmarks.statistics.Statistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Several sides, measured in turn.
 *
 * @param coreRoundTripNanos between two cores, before each turn; empty where nobody looked
 */
public record Row(Subject subject, String unit, List<Double> coreRoundTripNanos, List<Side> sides) {
    /** @param runs the value of each, in order */
    public record Side(Contender contender, double median, List<Double> runs) {
        public Side {
            runs = List.copyOf(runs);
        }
    }

    public Row {
        coreRoundTripNanos = List.copyOf(coreRoundTripNanos);
        sides = List.copyOf(sides);
    }

    public static Row of(Subject subject, List<Double> coreNanos, Map<Contender, List<Double>> runs) {
        List<Side> sides = runs.entrySet().stream()
                .map(entry -> new Side(entry.getKey(), Statistics.median(entry.getValue()), entry.getValue()))
                .toList();
        return new Row(subject, subject.topic().unit(), coreNanos, sides);
    }

    public OptionalDouble median(Contender contender) {
        return side(contender).stream().mapToDouble(Side::median).findFirst();
    }

    /**
     * The median of what came out turn by turn: where the machine changes between two turns, one side's median may be of the
     * faster machine and the other's of the slower one. Empty when one of them was not measured.
     */
    public Optional<Double> ratio(Contender dividend, Contender divisor) {
        return side(dividend)
                .flatMap(above -> side(divisor).map(below -> Statistics.ratios(above.runs(), below.runs())))
                .map(Statistics::median);
    }

    private Optional<Side> side(Contender contender) {
        return sides.stream().filter(side -> side.contender() == contender).findFirst();
    }
}
