package dev.orrery.benchmarks.scenario;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.machine.CoreRoundTrip;
import dev.orrery.benchmarks.process.TeamFailedException;
import dev.orrery.benchmarks.report.Contender;
import dev.orrery.benchmarks.report.PairRow;
import dev.orrery.benchmarks.report.Subject;
import dev.orrery.benchmarks.report.Topic;
import dev.orrery.benchmarks.statistics.Statistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** What worlds of the same two processes cost each other. The team has two members and no world yet. */
final class Isolation {
    private static final List<Integer> BOTH = List.of(0, 1);
    private static final String BUSY = "busy-";
    private static final String IDLE = "idle-";
    private static final String MANAGED = "managed-";
    private static final String UNMANAGED = "unmanaged-";
    private static final int PLACEMENTS = 5;
    private static final int BUSY_WORLDS = 4;
    private static final int IDLE_WORLDS = 7;
    private static final int OUTSTANDING = 16;
    /** Whose median counts: the host moves the cores also within a pair. */
    private static final int RUNS_BESIDE_IDLE = 3;

    private final RunPlan plan;
    private final RowRunner runner;
    private final CoreRoundTrip cores;
    private final WorldTeam team;
    private final Consumer<PairRow> rows;

    Isolation(RunPlan plan, RowRunner runner, CoreRoundTrip cores, WorldTeam team, Consumer<PairRow> rows) {
        this.plan = plan;
        this.runner = runner;
        this.cores = cores;
        this.team = team;
        this.rows = rows;
    }

    void run() throws TeamFailedException, InterruptedException {
        team.form(BUSY + 1, BOTH);
        besideIdle();
        if (team.contender() == Contender.SHARED_MEMORY) {
            management();
        }
        for (int number = 2; number <= BUSY_WORLDS; number++) {
            team.form(BUSY + number, BOTH);
        }
        fourBusy();
    }

    private List<Long> sizes() {
        return plan.sizes().stream()
                .filter(bytes -> bytes != 64 * RunPlan.KIB && bytes <= 4 * RunPlan.MIB)
                .toList();
    }

    /**
     * The same busy world in both arms; the idle ones come and go between them, which is not what is measured: each arm
     * runs once before it counts.
     */
    private void besideIdle() throws TeamFailedException, InterruptedException {
        Map<Long, PairRuns> runs = new LinkedHashMap<>();
        Map<Long, Load> loads = new LinkedHashMap<>();
        for (long bytes : sizes()) {
            runs.put(bytes, new PairRuns());
            Trial alone = trial(Contender.ALONE, bytes, 1);
            loads.put(bytes, Calibration.oneWay(bytes, OUTSTANDING).load(alone, plan.ofPairs()));
        }
        for (int pair = 0; pair < plan.pairs(); pair++) {
            look(runs);
            boolean idleFirst = pair % 2 == 1;
            if (!idleFirst) {
                runAll(loads, Contender.ALONE, runs);
            }
            idle(true);
            runAll(loads, Contender.BESIDE_IDLE, runs);
            idle(false);
            if (idleFirst) {
                runAll(loads, Contender.ALONE, runs);
            }
        }
        report(Topic.BESIDE_IDLE, runs, Contender.BESIDE_IDLE, Contender.ALONE);
    }

    /** When all pairs of all sizes were run. */
    private void report(Topic topic, Map<Long, PairRuns> runs, Contender first, Contender second)
            throws InterruptedException {
        look(runs);
        runs.forEach((bytes, found) ->
                rows.accept(found.row(new Subject(topic, bytes, OUTSTANDING, 1), team.contender(), first, second)));
    }

    private void look(Map<Long, PairRuns> runs) throws InterruptedException {
        double nanos = cores.nanos();
        runs.values().forEach(found -> found.cores(nanos));
    }

    private void runAll(Map<Long, Load> loads, Contender arm, Map<Long, PairRuns> runs)
            throws TeamFailedException, InterruptedException {
        for (Map.Entry<Long, Load> entry : loads.entrySet()) {
            PairRuns found = runs.get(entry.getKey());
            Trial trial = trial(arm, entry.getKey(), 1);
            trial.work().run(entry.getValue());
            List<Double> values = new ArrayList<>();
            for (int run = 0; run < RUNS_BESIDE_IDLE; run++) {
                values.add(trial.work().run(entry.getValue()).value());
            }
            double value = Statistics.median(values);
            if (arm == Contender.ALONE) {
                found.second(value);
            } else {
                found.first(value);
            }
        }
    }

    private void idle(boolean form) throws TeamFailedException, InterruptedException {
        for (int number = 1; number <= IDLE_WORLDS; number++) {
            if (form) {
                team.form(IDLE + number, BOTH);
            } else {
                team.leave(IDLE + number, BOTH);
            }
        }
    }

    /**
     * A world, and what carries its messages without one, between the same two processes. Both are made anew several times:
     * where in memory their rings come to lie makes more of a difference than anything else.
     */
    private void management() throws TeamFailedException, InterruptedException {
        Map<Long, PairRuns> runs = new LinkedHashMap<>();
        sizes().forEach(bytes -> runs.put(bytes, new PairRuns()));
        int placements = Math.min(PLACEMENTS, plan.pairs());
        for (int placement = 1; placement <= placements; placement++) {
            int pairs = plan.pairs() * placement / placements - plan.pairs() * (placement - 1) / placements;
            team.form(MANAGED + placement, BOTH);
            arrange(UNMANAGED + placement);
            for (long bytes : sizes()) {
                List<Trial> arms = List.of(
                        trial(Contender.MANAGED, bytes, List.of(MANAGED + placement)),
                        trial(Contender.UNMANAGED, bytes, List.of(UNMANAGED + placement)));
                runner.pairs(runs.get(bytes), pairs, Calibration.oneWay(bytes, OUTSTANDING), arms);
            }
            team.leave(MANAGED + placement, BOTH);
        }
        report(Topic.MANAGEMENT, runs, Contender.MANAGED, Contender.UNMANAGED);
    }

    private void arrange(String path) throws TeamFailedException, InterruptedException {
        String address = team.team().ask(0, new Command.Arrange(path)).address();
        team.team().ask(1, new Command.Meet(path, address));
        team.team().ask(0, new Command.Complete(path));
    }

    /** As many operations are under way in the four worlds together as in the one. */
    private void fourBusy() throws TeamFailedException, InterruptedException {
        for (long bytes : sizes()) {
            List<Trial> arms = new ArrayList<>();
            arms.add(trial(Contender.FOUR_BUSY, bytes, BUSY_WORLDS));
            arms.add(trial(Contender.ONE_BUSY, bytes, 1));
            Subject subject = new Subject(Topic.FOUR_BUSY, bytes, OUTSTANDING, 1);
            rows.accept(runner.pairs(subject, team.contender(), Calibration.oneWay(bytes, OUTSTANDING), arms));
        }
    }

    private Trial trial(Contender arm, long bytes, int worlds) {
        return trial(
                arm,
                bytes,
                IntStream.rangeClosed(1, worlds)
                        .mapToObj(number -> BUSY + number)
                        .toList());
    }

    private Trial trial(Contender arm, long bytes, List<String> paths) {
        Exchange.OneWay what = new Exchange.OneWay(1, bytes, OUTSTANDING / paths.size());
        return new Trial(arm, team.team(), load -> Exchange.parallel(team.side(""), paths, what, load));
    }
}
