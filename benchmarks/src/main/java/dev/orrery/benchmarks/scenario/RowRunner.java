package dev.orrery.benchmarks.scenario;

import dev.orrery.benchmarks.machine.CoreRoundTrip;
import dev.orrery.benchmarks.process.TeamFailedException;
import dev.orrery.benchmarks.report.Contender;
import dev.orrery.benchmarks.report.PairRow;
import dev.orrery.benchmarks.report.Row;
import dev.orrery.benchmarks.report.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs the sides of a row in turn, so that all meet the same machine: it changes within minutes. */
final class RowRunner {
    private final RunPlan plan;
    private final Optional<CoreRoundTrip> cores;

    RowRunner(RunPlan plan, CoreRoundTrip cores) {
        this.plan = plan;
        this.cores = Optional.of(cores);
    }

    /** Without looking at the cores: for what depends on other things more. It cannot run pairs. */
    RowRunner(RunPlan plan) {
        this.plan = plan;
        this.cores = Optional.empty();
    }

    /** Sides that fail, or whose team failed before, are left out. */
    Row row(Subject subject, Calibration calibration, List<Trial> trials) throws InterruptedException {
        Map<Trial, Load> loads = calibrated(calibration, trials);
        Map<Trial, List<Double>> values = new LinkedHashMap<>();
        loads.keySet().forEach(trial -> values.put(trial, new ArrayList<>()));
        List<Double> coreNanos = new ArrayList<>();
        for (int run = 0; run < plan.runs(); run++) {
            if (cores.isPresent()) {
                coreNanos.add(cores.get().nanos());
            }
            for (Trial trial : List.copyOf(values.keySet())) {
                try {
                    values.get(trial).add(trial.work().run(loads.get(trial)).value());
                } catch (TeamFailedException e) {
                    values.remove(trial);
                }
            }
        }
        return Row.of(subject, coreNanos, sides(values));
    }

    private static Map<Contender, List<Double>> sides(Map<Trial, List<Double>> values) {
        Map<Contender, List<Double>> sides = new LinkedHashMap<>();
        values.forEach((trial, found) -> sides.put(trial.side(), found));
        return sides;
    }

    private Map<Trial, Load> calibrated(Calibration calibration, List<Trial> trials) throws InterruptedException {
        Map<Trial, Load> loads = new LinkedHashMap<>();
        for (Trial trial : trials) {
            try {
                if (trial.team().failure().isEmpty()) {
                    loads.put(trial, calibration.load(trial, plan));
                }
            } catch (TeamFailedException e) {
                // The team remembers why; the report tells it once.
                loads.remove(trial);
            }
        }
        return loads;
    }

    /** Runs two arms in turn, first this one and then that one first. */
    PairRow pairs(Subject subject, Contender transport, Calibration calibration, List<Trial> arms)
            throws TeamFailedException, InterruptedException {
        PairRuns runs = new PairRuns();
        pairs(runs, plan.pairs(), calibration, arms);
        runs.cores(cores.orElseThrow().nanos());
        return runs.row(subject, transport, arms.get(0).side(), arms.get(1).side());
    }

    /** Adds so many pairs to those that were run before. */
    void pairs(PairRuns runs, int count, Calibration calibration, List<Trial> arms)
            throws TeamFailedException, InterruptedException {
        Trial first = arms.get(0);
        Trial second = arms.get(1);
        Load load = calibration.load(first, plan.ofPairs());
        Load secondLoad = calibration.load(second, plan.ofPairs());
        for (int pair = 0; pair < count; pair++) {
            runs.cores(cores.orElseThrow().nanos());
            boolean swapped = pair % 2 == 1;
            if (swapped) {
                runs.second(second.work().run(secondLoad).value());
            }
            runs.first(first.work().run(load).value());
            if (!swapped) {
                runs.second(second.work().run(secondLoad).value());
            }
        }
    }
}
