package dev.orrery.benchmarks.core;

import dev.orrery.benchmarks.machine.MachineFacts;
import dev.orrery.benchmarks.report.PeerState;
import dev.orrery.benchmarks.report.Target;
import dev.orrery.benchmarks.statistics.Statistics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** Runs each test on all sides in turn, so that all meet the same machine. */
public final class CoreBench {
    /**
     * How thoroughly: {@code runs} of each side, so long each, after a warm-up.
     *
     * @param actors how many small ones are to live at the same time
     * @param actorsTime beyond which starting them fails
     */
    record Plan(int runs, Duration time, Duration warmUp, int actors, Duration actorsTime) {
        static Plan complete() {
            return new Plan(7, Duration.ofSeconds(2), Duration.ofSeconds(5), 10_000, Duration.ofMinutes(5));
        }

        static Plan quick() {
            return new Plan(5, Duration.ofMillis(500), Duration.ofSeconds(2), 1_000, Duration.ofMinutes(2));
        }
    }

    private static final int ACTOR_RUNS = 5;
    /** Each of a peer's actors is a process or more, so it gets to its own number, which is what is compared. */
    private static final int MOST_ACTORS_OF_PEER = 200;

    private static final Duration PEER_ACTORS_TIME = Duration.ofSeconds(20);
    private static final double ACTORS_PER_SECOND = 5;
    private static final double MEMORY_OF_ACTOR = 0.05;

    private final boolean quick;
    private final Plan plan;
    private final CoreSide own;
    private final List<CoreSide> peers;
    private final Consumer<CoreRow> progress;

    /** @param progress takes each row when it is there */
    CoreBench(boolean quick, Plan plan, CoreSide own, List<CoreSide> peers, Consumer<CoreRow> progress) {
        this.quick = quick;
        this.plan = plan;
        this.own = own;
        this.peers = List.copyOf(peers);
        this.progress = progress;
    }

    /**
     * This project beside Ray, where there is one.
     *
     * @param quick a look: figures vary more
     * @param ray the command of Ray's script
     * @param folder for logs and data
     */
    public static CoreReport run(boolean quick, Optional<List<String>> ray, Path folder, Consumer<CoreRow> progress)
            throws IOException, InterruptedException {
        List<CoreSide> peers = ray.map(command -> new RaySide(command, folder.resolve("ray.log")))
                .<List<CoreSide>>map(List::of)
                .orElse(List.of());
        try (CoreSide own = new OrrerySide(folder)) {
            return new CoreBench(quick, quick ? Plan.quick() : Plan.complete(), own, peers, progress).run();
        } finally {
            peers.forEach(CoreSide::close);
        }
    }

    /** Starts the sides; whoever made them closes them. */
    CoreReport run() throws IOException, InterruptedException {
        MachineFacts machine = MachineFacts.here();
        long begin = System.nanoTime();
        Map<String, PeerState> states = new TreeMap<>();
        List<CoreSide> sides = started(states);
        List<CoreRow> rows = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (CoreTest test : CoreTest.values()) {
            try {
                CoreRow row = row(test, sides, states);
                rows.add(row);
                progress.accept(row);
            } catch (IOException e) {
                failures.add(test.title() + ": " + e.getMessage());
            }
        }
        Map<String, List<ManyActors>> actors = new LinkedHashMap<>();
        List<CoreRow> growth = new ArrayList<>();
        try {
            growth.addAll(growth());
            actors.putAll(manyActors(sides, states));
        } catch (IOException e) {
            failures.add(e.getMessage());
        }
        List<Target> targets = new ArrayList<>(targets(rows));
        targets.addAll(actorTargets(actors));
        return new CoreReport(
                MachineFacts.today(),
                quick,
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
                machine,
                states,
                rows,
                growth,
                actors,
                targets,
                failures);
    }

    /** All sizes in each turn, so that they meet the same machine. */
    private List<CoreRow> growth() throws IOException, InterruptedException {
        Map<GrowthTest, List<Double>> runs = new EnumMap<>(GrowthTest.class);
        for (int run = -1; run < plan.runs(); run++) {
            for (GrowthTest test : GrowthTest.values()) {
                double found = own.perSecond(test, plan.time());
                if (run >= 0) {
                    runs.computeIfAbsent(test, first -> new ArrayList<>()).add(found);
                }
            }
        }
        List<CoreRow> rows = new ArrayList<>();
        runs.forEach((test, found) ->
                rows.add(new CoreRow(test.title(), CoreTest.Unit.CALLS.text(), Map.of(own.name(), found))));
        rows.forEach(progress);
        return rows;
    }

    private Map<String, List<ManyActors>> manyActors(List<CoreSide> sides, Map<String, PeerState> states)
            throws IOException, InterruptedException {
        Map<String, List<ManyActors>> found = new LinkedHashMap<>();
        for (int run = 0; run < ACTOR_RUNS; run++) {
            for (CoreSide side : List.copyOf(sides)) {
                try {
                    ManyActors many = side == own
                            ? side.manyActors(plan.actors(), plan.actorsTime())
                            : side.manyActors(MOST_ACTORS_OF_PEER, PEER_ACTORS_TIME);
                    found.computeIfAbsent(side.name(), name -> new ArrayList<>())
                            .add(many);
                } catch (IOException e) {
                    if (side == own) {
                        throw e;
                    }
                    leaveOut(side, e, sides, states);
                    found.remove(side.name());
                }
            }
        }
        return found;
    }

    private List<Target> actorTargets(Map<String, List<ManyActors>> actors) {
        List<Target> targets = new ArrayList<>();
        for (CoreSide peer : peers) {
            if (actors.containsKey(own.name()) && actors.containsKey(peer.name())) {
                String sides = own.name() + " ÷ " + peer.name();
                targets.add(Target.atLeast(
                        sides + ": small actors started",
                        actorRatio(actors, peer, ManyActors::perSecond),
                        ACTORS_PER_SECOND));
                targets.add(Target.atMost(
                        sides + ": memory of a small actor",
                        actorRatio(actors, peer, ManyActors::bytesEach),
                        MEMORY_OF_ACTOR));
            }
        }
        return targets;
    }

    private double actorRatio(
            Map<String, List<ManyActors>> actors, CoreSide peer, ToDoubleFunction<ManyActors> figure) {
        List<Double> mine =
                actors.get(own.name()).stream().map(figure::applyAsDouble).toList();
        List<Double> theirs =
                actors.get(peer.name()).stream().map(figure::applyAsDouble).toList();
        return Statistics.median(Statistics.ratios(mine, theirs));
    }

    private List<CoreSide> started(Map<String, PeerState> states) throws IOException, InterruptedException {
        own.start();
        List<CoreSide> sides = new ArrayList<>(List.of(own));
        for (CoreSide peer : peers) {
            try {
                peer.start();
                states.put(peer.name(), new PeerState(peer.version(), ""));
                sides.add(peer);
            } catch (IOException e) {
                states.put(peer.name(), new PeerState("", e.getMessage()));
            }
        }
        return sides;
    }

    /** A peer that fails is left out, here and from now on. */
    private CoreRow row(CoreTest test, List<CoreSide> sides, Map<String, PeerState> states)
            throws IOException, InterruptedException {
        Map<String, List<Double>> runs = new LinkedHashMap<>();
        for (int run = -1; run < plan.runs(); run++) {
            for (CoreSide side : List.copyOf(sides)) {
                try {
                    double found = side.perSecond(test, run < 0 ? plan.warmUp() : plan.time());
                    if (run >= 0) {
                        runs.computeIfAbsent(side.name(), name -> new ArrayList<>())
                                .add(found);
                    }
                } catch (IOException e) {
                    if (side == own) {
                        throw e;
                    }
                    leaveOut(side, e, sides, states);
                    runs.remove(side.name());
                }
            }
        }
        return new CoreRow(test.title(), test.unit().text(), runs);
    }

    private static void leaveOut(
            CoreSide side, IOException failure, List<CoreSide> sides, Map<String, PeerState> states) {
        sides.remove(side);
        states.put(side.name(), new PeerState(side.version(), failure.getMessage()));
    }

    private List<Target> targets(List<CoreRow> rows) {
        List<Target> targets = new ArrayList<>();
        for (CoreTest test : CoreTest.values()) {
            for (CoreRow row : rows) {
                if (row.test().equals(test.title())) {
                    test.target().ifPresent(target -> targets.addAll(targets(row, target)));
                }
            }
        }
        return targets;
    }

    /** Of each peer that was measured. */
    private List<Target> targets(CoreRow row, double target) {
        List<Target> targets = new ArrayList<>();
        for (CoreSide peer : peers) {
            row.ratio(own.name(), peer.name())
                    .ifPresent(ratio -> targets.add(
                            Target.atLeast(own.name() + " ÷ " + peer.name() + ": " + row.test(), ratio, target)));
        }
        return targets;
    }
}
