package dev.orrery.benchmarks.scenario;

import dev.orrery.benchmarks.machine.CoreRoundTrip;
import dev.orrery.benchmarks.machine.MachineFacts;
import dev.orrery.benchmarks.process.JavaLaunches;
import dev.orrery.benchmarks.process.PeerLibraries;
import dev.orrery.benchmarks.process.Team;
import dev.orrery.benchmarks.process.TeamFailedException;
import dev.orrery.benchmarks.report.BenchReport;
import dev.orrery.benchmarks.report.Contender;
import dev.orrery.benchmarks.report.PairRow;
import dev.orrery.benchmarks.report.PeerState;
import dev.orrery.benchmarks.report.Row;
import dev.orrery.benchmarks.report.Targets;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.shared.RingGeometry;
import dev.orrery.world.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Measures worlds beside the bare media, other libraries, and each other. */
public final class WorldsBench {
    /** @param peers where the other libraries are; empty: without them */
    public record Options(RunPlan plan, boolean quick, Optional<PeerLibraries> peers, Path logs) {}

    private static final int MEMBERS = 4;
    private static final int LIBRARY_SENDERS = 3;

    private final Options options;
    private final Progress progress;
    private final JavaLaunches launches;
    private final CoreRoundTrip cores = new CoreRoundTrip();
    private final RowRunner runner;
    private final Contest contest;
    private final List<Row> rows = new ArrayList<>();
    private final List<PairRow> pairs = new ArrayList<>();
    private final Map<String, PeerState> peers = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();

    public WorldsBench(Options options, Progress progress) {
        this.options = options;
        this.progress = progress;
        this.launches = new JavaLaunches(options.logs());
        this.runner = new RowRunner(options.plan(), cores);
        this.contest = new Contest(options.plan(), runner, this::add);
    }

    private void add(Row row) {
        if (!row.sides().isEmpty()) {
            rows.add(row);
            progress.row(row);
        }
    }

    private void add(PairRow pair) {
        pairs.add(pair);
        progress.pair(pair);
    }

    public BenchReport run() throws IOException, InterruptedException {
        MachineFacts machine = MachineFacts.here();
        String date = MachineFacts.today();
        long start = System.nanoTime();
        cores.warmUp();
        progress.phase("a reduction in memory");
        add(new MemoryReduction(options.plan(), cores).row());
        contest();
        isolation(Contender.SHARED_MEMORY, Transport.SHARED_MEMORY);
        isolation(Contender.TCP, Transport.TCP);
        RingGeometry geometry = HostOptions.defaults().rings();
        return new BenchReport(
                date,
                options.quick(),
                Duration.ofNanos(System.nanoTime() - start).toSeconds(),
                machine,
                geometry.ringBytes(),
                geometry.chunkBytes(),
                PairRow.SEED,
                peers,
                rows,
                pairs,
                Targets.of(rows, pairs),
                failures);
    }

    private void contest() throws InterruptedException {
        try (BareTeam bare = new BareTeam(HostOptions.defaults().rings());
                WorldTeam shared = new WorldTeam(Contender.SHARED_MEMORY);
                WorldTeam tcp = new WorldTeam(Contender.TCP);
                Team gloo = new Team(Contender.GLOO.label())) {
            progress.phase("starting the processes");
            bare.start(launches.barePeers());
            shared.start(launches.members(MEMBERS, Transport.SHARED_MEMORY));
            tcp.start(launches.members(MEMBERS, Transport.TCP));
            if (options.peers().isPresent()) {
                gloo.start(options.peers().get().gloo(MEMBERS));
            }
            pairsOf(bare, List.of(shared, tcp), gloo);
            manyToOne(List.of(shared, tcp), gloo);
            collectives(List.of(shared, tcp), gloo);
            tell(bare.team());
            tell(shared.team());
            tell(tcp.team());
            if (options.peers().isPresent()) {
                tellOfPeer("gloo", gloo);
            }
        }
    }

    private void pairsOf(BareTeam bare, List<WorldTeam> worlds, Team gloo) throws InterruptedException {
        List<Side> sides = new ArrayList<>(List.of(bare.ring(), bare.sockets()));
        for (WorldTeam team : worlds) {
            form(team, pair(1), List.of(0, 1));
            Side side = team.side(pair(""));
            sides.add(team.contender() == Contender.SHARED_MEMORY ? side.renewedBy(() -> renew(team)) : side);
        }
        withGloo(sides, gloo);
        progress.phase("one sender");
        contest.oneWay(1, sides);
        progress.phase("round trips");
        contest.roundTrips(sides);
    }

    /** Where in memory rings come to lie makes some per cent of difference. */
    private static void renew(WorldTeam team) throws TeamFailedException, InterruptedException {
        team.leave(pair(1), List.of(0, 1));
        team.form(pair(1), List.of(0, 1));
    }

    private static String pair(Object other) {
        return "pair-" + other;
    }

    private void manyToOne(List<WorldTeam> worlds, Team gloo) throws InterruptedException {
        List<Side> sides = new ArrayList<>();
        for (WorldTeam team : worlds) {
            form(team, pair(2), List.of(0, 2));
            form(team, pair(3), List.of(0, 3));
            sides.add(team.side(pair("")));
        }
        withGloo(sides, gloo);
        progress.phase("two senders");
        contest.oneWay(2, sides);
        try (Team multiWorld = new Team(Contender.MULTIWORLD.label())) {
            if (options.peers().isPresent()) {
                multiWorld.start(options.peers().get().multiWorld(LIBRARY_SENDERS));
                sides.add(new Side(Contender.MULTIWORLD, multiWorld, ""));
            }
            progress.phase("three senders");
            contest.oneWay(3, sides);
            if (options.peers().isPresent()) {
                tellOfPeer("multiworld", multiWorld);
            }
        }
        for (WorldTeam team : worlds) {
            for (int other = 1; other < MEMBERS; other++) {
                leave(team, pair(other), List.of(0, other));
            }
        }
    }

    private void collectives(List<WorldTeam> worlds, Team gloo) throws InterruptedException {
        for (int ranks : new int[] {2, MEMBERS}) {
            List<Integer> members = ranks == 2 ? List.of(0, 1) : List.of(0, 1, 2, 3);
            List<Side> sides = new ArrayList<>();
            for (WorldTeam team : worlds) {
                Side side = team.side("");
                form(team, Exchange.collectivePath(side, ranks), members);
                sides.add(side);
            }
            withGloo(sides, gloo);
            progress.phase("collective operations on " + ranks + " ranks");
            contest.collectives(ranks, sides);
            for (WorldTeam team : worlds) {
                leave(team, Exchange.collectivePath(team.side(""), ranks), members);
            }
        }
    }

    private void withGloo(List<Side> sides, Team gloo) {
        if (options.peers().isPresent()) {
            sides.add(new Side(Contender.GLOO, gloo, ""));
        }
    }

    private void isolation(Contender contender, Transport transport) throws InterruptedException {
        progress.phase("worlds beside worlds, " + contender.label());
        try (WorldTeam team = new WorldTeam(contender)) {
            team.start(launches.members(2, transport));
            new Isolation(options.plan(), runner, cores, team, this::add).run();
        } catch (TeamFailedException e) {
            failures.add("worlds beside worlds: " + e.getMessage());
        }
    }

    /** A team that cannot has failed, and is left out from then on. */
    private static void form(WorldTeam team, String path, List<Integer> members) throws InterruptedException {
        if (team.team().failure().isEmpty()) {
            try {
                team.form(path, members);
            } catch (TeamFailedException e) {
                team.team().close();
            }
        }
    }

    private static void leave(WorldTeam team, String path, List<Integer> members) throws InterruptedException {
        if (team.team().failure().isEmpty()) {
            try {
                team.leave(path, members);
            } catch (TeamFailedException e) {
                team.team().close();
            }
        }
    }

    private void tell(Team team) {
        team.failure().ifPresent(why -> failures.add(team.name() + ": " + why));
    }

    private void tellOfPeer(String name, Team team) {
        peers.put(name, new PeerState(team.version(), team.failure().orElse("")));
    }
}
