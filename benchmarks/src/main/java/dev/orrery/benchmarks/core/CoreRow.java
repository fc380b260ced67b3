package dev.orrery.benchmarks.core;

import dev.orrery.benchmarks.statistics.Statistics;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * One test on each side that was measured, in turn.
 *
 * @param test Ray's name of it
 * @param unit what is counted, a second
 * @param runs of each side by its name, in order
 */
public record CoreRow(String test, String unit, Map<String, List<Double>> runs) {
    public CoreRow {
        Map<String, List<Double>> copy = new TreeMap<>();
        runs.forEach((side, values) -> copy.put(side, List.copyOf(values)));
        runs = copy;
    }

    /** Empty when that side was not measured. */
    public OptionalDouble median(String side) {
        return runs.containsKey(side) ? OptionalDouble.of(Statistics.median(runs.get(side))) : OptionalDouble.empty();
    }

    /** The median of what came out turn by turn. Empty when one of them was not measured. */
    public OptionalDouble ratio(String dividend, String divisor) {
        return runs.containsKey(dividend) && runs.containsKey(divisor)
                ? OptionalDouble.of(Statistics.median(Statistics.ratios(runs.get(dividend), runs.get(divisor))))
                : OptionalDouble.empty();
    }
}
