package dev.orrery.benchmarks.scenario;

import dev.orrery.benchmarks.command.CollectiveKind;
import dev.orrery.benchmarks.process.TeamFailedException;
import dev.orrery.benchmarks.report.Contender;
import dev.orrery.benchmarks.report.Row;
import dev.orrery.benchmarks.report.Subject;
import dev.orrery.benchmarks.report.Topic;
import java.util.List;
import java.util.function.Consumer;

/** What several sides do, each in turn. */
final class Contest {
    private static final List<Integer> OUTSTANDING = List.of(1, 16);
    private static final long ROUND_TRIP_BYTES = 64;
    private static final long PARKED_PAUSE_MICROS = 3_000;

    /** MultiWorld starts a thread for each operation; larger messages would only take time. */
    private static final long LARGEST_OF_MULTIWORLD = 4 * RunPlan.MIB;

    private final RunPlan plan;
    private final RowRunner runner;
    private final Consumer<Row> rows;

    /** @param rows told of each row when it is done */
    Contest(RunPlan plan, RowRunner runner, Consumer<Row> rows) {
        this.plan = plan;
        this.runner = runner;
        this.rows = rows;
    }

    void oneWay(int senders, List<Side> sides) throws InterruptedException {
        for (long bytes : plan.sizes()) {
            for (int outstanding : OUTSTANDING) {
                Exchange.OneWay what = new Exchange.OneWay(senders, bytes, outstanding);
                List<Trial> trials = sides.stream()
                        .filter(side -> side.name() != Contender.MULTIWORLD || bytes <= LARGEST_OF_MULTIWORLD)
                        .map(side -> new Trial(side.name(), side.team(), load -> oneWay(side, what, load)))
                        .toList();
                Subject subject = new Subject(Topic.ONE_WAY, bytes, outstanding, senders);
                rows.accept(runner.row(subject, Calibration.oneWay(bytes, outstanding), trials));
            }
        }
    }

    private static Measured oneWay(Side side, Exchange.OneWay what, Load load)
            throws TeamFailedException, InterruptedException {
        if (what.senders() == 1) {
            side.renewal().renew();
        }
        return Exchange.oneWay(side, what, load);
    }

    void roundTrips(List<Side> sides) throws InterruptedException {
        roundTrips(Topic.ROUND_TRIP_HOT, 0, Calibration.roundTrips(), sides);
        roundTrips(Topic.ROUND_TRIP_PARKED, PARKED_PAUSE_MICROS, Calibration.parkedRoundTrips(), sides);
    }

    private void roundTrips(Topic topic, long pauseMicros, Calibration calibration, List<Side> sides)
            throws InterruptedException {
        Exchange.RoundTrip what = new Exchange.RoundTrip(ROUND_TRIP_BYTES, pauseMicros);
        List<Trial> trials = sides.stream()
                .map(side -> new Trial(side.name(), side.team(), load -> Exchange.roundTrip(side, what, load)))
                .toList();
        rows.accept(runner.row(new Subject(topic, ROUND_TRIP_BYTES, 1, 1), calibration, trials));
    }

    void collectives(int ranks, List<Side> sides) throws InterruptedException {
        for (CollectiveKind kind : CollectiveKind.values()) {
            for (long bytes : plan.collectiveSizes()) {
                Exchange.Collective what = new Exchange.Collective(kind, ranks, bytes);
                List<Trial> trials = sides.stream()
                        .map(side -> new Trial(side.name(), side.team(), load -> Exchange.collective(side, what, load)))
                        .toList();
                Subject subject = new Subject(topic(kind), bytes, 1, ranks);
                rows.accept(runner.row(subject, Calibration.collective(bytes), trials));
            }
        }
    }

    private static Topic topic(CollectiveKind kind) {
        return switch (kind) {
            case ALL_REDUCE -> Topic.ALL_REDUCE;
            case BROADCAST -> Topic.BROADCAST;
        };
    }
}
