package dev.orrery.benchmarks.core;

import dev.orrery.benchmarks.machine.MachineFacts;
import dev.orrery.benchmarks.report.PeerState;
import dev.orrery.benchmarks.report.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs each test on all sides in turn, so that all meet the same machine. */
public final class CoreBench {
    /** How thoroughly: {@code runs} of each side, so long each, after a warm-up. */
    record Plan(int runs, Duration time, Duration warmUp) {
        static Plan complete() {
            return new Plan(7, Duration.ofSeconds(2), Duration.ofSeconds(5));
        }

        static Plan quick() {
            return new Plan(5, Duration.ofMillis(500), Duration.ofSeconds(2));
        }
    }

    private static final String UNIT = "calls";

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
        return new CoreReport(
                MachineFacts.today(),
                quick,
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
                machine,
                states,
                rows,
                targets(rows),
                failures);
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
                    sides.remove(side);
                    runs.remove(side.name());
                    states.put(side.name(), new PeerState(side.version(), e.getMessage()));
                }
            }
        }
        return new CoreRow(test.title(), UNIT, runs);
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
