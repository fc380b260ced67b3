package dev.orrery.benchmarks.scenario;

import dev.orrery.benchmarks.command.CollectiveKind;
import dev.orrery.benchmarks.process.DeviceSetting;
import dev.orrery.benchmarks.process.JavaLaunches;
import dev.orrery.benchmarks.process.Team;
import dev.orrery.benchmarks.process.TeamFailedException;
import dev.orrery.benchmarks.report.Contender;
import dev.orrery.benchmarks.report.Row;
import dev.orrery.benchmarks.report.Subject;
import dev.orrery.benchmarks.report.Topic;
import dev.orrery.internal.proto.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Measures two processes whose tensors lie on GPUs: a world of NCCL beside one of HOST with copies. */
public final class DeviceBench {
    /** @param failures of a side; empty when all could be measured */
    public record Found(List<Row> rows, List<String> failures) {
        public Found {
            rows = List.copyOf(rows);
            failures = List.copyOf(failures);
        }
    }

    private static final String PAIR = "pair-";
    private static final List<Integer> BOTH = List.of(0, 1);
    private static final long ROUND_TRIP_BYTES = 8;
    private static final long LARGE_BYTES = 16 * RunPlan.MIB;
    private static final int OUTSTANDING = 16;
    private static final int LARGE_OUTSTANDING = 2;

    private final RunPlan plan;
    private final RowRunner runner;
    private final Consumer<Row> progress;
    private final List<Row> rows = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    /** @param progress told of each row when it is done */
    public DeviceBench(RunPlan plan, Consumer<Row> progress) {
        this.plan = plan;
        this.runner = new RowRunner(plan);
        this.progress = progress;
    }

    public Found run(JavaLaunches launches, DeviceSetting setting) throws InterruptedException {
        try (WorldTeam nccl = new WorldTeam(Contender.NCCL);
                WorldTeam host = new WorldTeam(Contender.HOST_COPIES)) {
            nccl.start(launches.deviceMembers(Backend.NCCL.name(), setting));
            host.start(launches.deviceMembers(Backend.HOST.name(), setting));
            List<Side> sides = List.of(nccl.side(PAIR), host.side(PAIR));
            form(nccl);
            form(host);
            measure(sides);
            tell(nccl.team());
            tell(host.team());
        }
        return new Found(rows, failures);
    }

    /** A team that cannot has failed, and remembers why. */
    private static void form(WorldTeam team) throws InterruptedException {
        try {
            team.form(PAIR + 1, BOTH);
            team.form(Exchange.collectivePath(team.side(PAIR), BOTH.size()), BOTH);
        } catch (TeamFailedException e) {
            team.team().close();
        }
    }

    private void measure(List<Side> sides) throws InterruptedException {
        for (long bytes : plan.sizes()) {
            int outstanding = bytes > LARGE_BYTES ? LARGE_OUTSTANDING : OUTSTANDING;
            Exchange.OneWay what = new Exchange.OneWay(1, bytes, outstanding);
            add(
                    new Subject(Topic.ONE_WAY, bytes, outstanding, 1),
                    Calibration.oneWay(bytes, outstanding),
                    sides,
                    side -> load -> Exchange.oneWay(side, what, load));
        }
        for (long bytes : plan.collectiveSizes()) {
            Exchange.Collective what = new Exchange.Collective(CollectiveKind.ALL_REDUCE, BOTH.size(), bytes);
            add(
                    new Subject(Topic.ALL_REDUCE, bytes, 1, BOTH.size()),
                    Calibration.collective(bytes),
                    sides,
                    side -> load -> Exchange.collective(side, what, load));
        }
        Exchange.RoundTrip what = new Exchange.RoundTrip(ROUND_TRIP_BYTES, 0);
        add(
                new Subject(Topic.ROUND_TRIP_HOT, ROUND_TRIP_BYTES, 1, 1),
                Calibration.roundTrips(),
                sides,
                side -> load -> Exchange.roundTrip(side, what, load));
    }

    private interface WorkOf {
        Trial.Work of(Side side);
    }

    private void add(Subject subject, Calibration calibration, List<Side> sides, WorkOf work)
            throws InterruptedException {
        List<Trial> trials = sides.stream()
                .map(side -> new Trial(side.name(), side.team(), work.of(side)))
                .toList();
        Row row = runner.row(subject, calibration, trials);
        rows.add(row);
        progress.accept(row);
    }

    private void tell(Team team) {
        team.failure().ifPresent(why -> failures.add("benchmark of " + team.name() + ": " + why));
    }
}
