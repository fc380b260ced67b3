package dev.orrery.benchmarks.statistics;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** What is said of several runs. */
public final class Statistics {
    private static final int RESAMPLES = 5_000;
    private static final double CONFIDENCE = 0.95;

    /** A range in which the true value lies with 95 % confidence. */
    public record Interval(double lower, double upper) {}

    private Statistics() {}

    /** The middle one, or the mean of the two in the middle. Throws IllegalArgumentException for none. */
    public static double median(List<Double> values) {
        return quantile(values, 0.5);
    }

    /** Between two values, in proportion. */
    public static double quantile(List<Double> values, double share) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("there is no quantile of no values");
        }
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        double place = share * (sorted.size() - 1);
        int below = (int) Math.floor(place);
        int above = (int) Math.ceil(place);
        return sorted.get(below) + (place - below) * (sorted.get(above) - sorted.get(below));
    }

    /** Each of the first by its partner in the second. */
    public static List<Double> ratios(List<Double> dividends, List<Double> divisors) {
        if (dividends.size() != divisors.size()) {
            throw new IllegalArgumentException(dividends.size() + " values have no " + divisors.size() + " partners");
        }
        return IntStream.range(0, dividends.size())
                .mapToObj(i -> dividends.get(i) / divisors.get(i))
                .toList();
    }

    /** By the percentile bootstrap: medians of samples drawn from the values with replacement. */
    public static Interval medianInterval(List<Double> values, long seed) {
        Random random = new Random(seed);
        List<Double> medians = new ArrayList<>();
        for (int i = 0; i < RESAMPLES; i++) {
            medians.add(median(random.ints(values.size(), 0, values.size())
                    .mapToObj(values::get)
                    .toList()));
        }
        double outside = (1 - CONFIDENCE) / 2;
        return new Interval(quantile(medians, outside), quantile(medians, 1 - outside));
    }
}
