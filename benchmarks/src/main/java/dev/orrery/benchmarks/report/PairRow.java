package dev.orrery.benchmarks.report;

import dev.orrery.benchmarks.statistics.Statistics;
import dev.orrery.benchmarks.statistics.Statistics.Interval;
import java.util.List;

/**
 * Two arms, measured in interleaved pairs.
 *
 * @param transport what carried the messages
 * @param leftOut how many pairs do not count, because the cores moved meanwhile
 * @param medianRatio of the first arm's value by the second's, pair by pair
 * @param interval of the median ratio, 95 %
 */
public record PairRow(
        Subject subject,
        Contender transport,
        String unit,
        List<Double> coreRoundTripNanos,
        Arm first,
        Arm second,
        int leftOut,
        double medianRatio,
        Interval interval) {

    /** Of the random numbers behind each interval: the same runs give the same interval. */
    public static final long SEED = 20_240_708;

    public record Arm(Contender contender, List<Double> runs) {
        public Arm {
            runs = List.copyOf(runs);
        }
    }

    public PairRow {
        coreRoundTripNanos = List.copyOf(coreRoundTripNanos);
    }

    public static PairRow of(
            Subject subject, Contender transport, List<Double> coreNanos, Arm first, Arm second, int leftOut) {
        List<Double> ratios = Statistics.ratios(first.runs(), second.runs());
        return new PairRow(
                subject,
                transport,
                subject.topic().unit(),
                coreNanos,
                first,
                second,
                leftOut,
                Statistics.median(ratios),
                Statistics.medianInterval(ratios, SEED));
    }
}
