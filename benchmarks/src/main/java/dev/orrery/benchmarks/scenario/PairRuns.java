package dev.orrery.benchmarks.scenario;

import dev.orrery.benchmarks.report.Contender;
import dev.orrery.benchmarks.report.PairRow;
import dev.orrery.benchmarks.report.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What the runs of a comparison in pairs found. */
final class PairRuns {
    private static final double STEADY = 1.5;
    private static final int FEWEST = 15;

    private final List<Double> first = new ArrayList<>();
    private final List<Double> second = new ArrayList<>();
    private final List<Double> cores = new ArrayList<>();

    void first(double value) {
        first.add(value);
    }

    void second(double value) {
        second.add(value);
    }

    /** Before each pair, and after the last. */
    void cores(double nanos) {
        cores.add(nanos);
    }

    /** Throws IllegalStateException unless the cores were measured once more than there are pairs. */
    PairRow row(Subject subject, Contender transport, Contender firstArm, Contender secondArm) {
        List<Integer> counted = counted();
        return PairRow.of(
                subject,
                transport,
                of(cores, counted),
                new PairRow.Arm(firstArm, of(first, counted)),
                new PairRow.Arm(secondArm, of(second, counted)),
                first.size() - counted.size());
    }

    /**
     * Pairs during which the cores did not move apart or together, which changes shared memory by several times; all, when
     * those are too few to say anything.
     */
    private List<Integer> counted() {
        if (cores.size() != first.size() + 1) {
            throw new IllegalStateException(cores.size() + " looks at the cores around " + first.size() + " pairs");
        }
        List<Integer> all = IntStream.range(0, first.size()).boxed().toList();
        List<Integer> steady = all.stream()
                .filter(pair -> isSteady(cores.get(pair), cores.get(pair + 1)))
                .toList();
        return steady.size() >= Math.min(FEWEST, all.size()) ? steady : all;
    }

    private static boolean isSteady(double before, double after) {
        return Math.max(before, after) <= STEADY * Math.min(before, after);
    }

    private static List<Double> of(List<Double> values, List<Integer> pairs) {
        return pairs.stream().map(values::get).toList();
    }
}
