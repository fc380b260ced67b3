package dev.orrery.benchmarks.scenario;

import dev.orrery.benchmarks.report.Contender;
import dev.orrery.benchmarks.report.PairRow;
import dev.orrery.benchmarks.report.Subject;
import java.util.ArrayList;
import java.util.List;

/** What the runs of a comparison in pairs found. */
final class PairRuns {
    private final List<Double> first = new ArrayList<>();
    private final List<Double> second = new ArrayList<>();
    private final List<Double> cores = new ArrayList<>();

    void first(double value) {
        first.add(value);
    }

    void second(double value) {
        second.add(value);
    }

    void cores(double nanos) {
        cores.add(nanos);
    }

    PairRow row(Subject subject, Contender transport, Contender firstArm, Contender secondArm) {
        return PairRow.of(
                subject, transport, cores, new PairRow.Arm(firstArm, first), new PairRow.Arm(secondArm, second));
    }
}
