package dev.orrery.examples.chaos.run;

import dev.orrery.Orrery;
import dev.orrery.OrreryOptions;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.chaos.check.Violation;
import dev.orrery.examples.chaos.load.ChaosCounters;
import dev.orrery.examples.chaos.load.ChaosPipelines;
import dev.orrery.examples.chaos.load.Counter;
import dev.orrery.examples.chaos.load.DriverMain;
import dev.orrery.examples.chaos.load.DriverOptions;
import dev.orrery.examples.chaos.plan.FaultPlan;
import dev.orrery.examples.chaos.plan.Targets;
import dev.orrery.examples.cluster.ClusterObserver;
import dev.orrery.examples.cluster.HostCluster;
import dev.orrery.examples.cluster.HostClusterOptions;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.rpc.HostPort;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One run, at a place that is there. */
final class ChaosRun {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
    private static final Duration RECOVERY_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration END_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration VIEW_TIMEOUT = Duration.ofSeconds(10);
    private static final long AROUND_NANOS = TimeUnit.SECONDS.toNanos(3);
    /** Operations end at all times; in the desired state nothing more may fail. */
    private static final long TAIL_SECONDS = 3;

    private static final List<String> DRIVERS = HostClusterOptions.names("driver", 2);
    private static final double REQUESTS_PER_SECOND = 25;
    private static final double CALLS_PER_SECOND = 5;
    private static final int MOST_VIOLATIONS = 50;

    private final ChaosOptions options;
    private final RunPlace place;
    private final FaultPlan plan;
    private final Journal journal;
    private final List<Violation> violations = new ArrayList<>();
    private final List<PlayedFault> played = new ArrayList<>();
    private final double loadAtBegin = loadAverage();
    private Double recoveredMs;

    ChaosRun(ChaosOptions options, RunPlace place, PrintStream out) {
        this.options = options;
        this.place = place;
        this.plan = FaultPlan.of(options.seed(), options.minutes(), targets());
        this.journal = new Journal(System.nanoTime(), out);
    }

    private static double loadAverage() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static Targets targets() {
        List<String> stages = new ArrayList<>();
        List<String> replicas = new ArrayList<>();
        List<String> gateways = new ArrayList<>();
        for (String pipeline : ChaosPipelines.NAMES) {
            gateways.add(pipeline + "/gateway");
            for (String stage : ChaosPipelines.STAGES) {
                stages.add(pipeline + "/" + stage);
                IntStream.rangeClosed(1, ChaosPipelines.REPLICAS)
                        .forEach(i -> replicas.add(pipeline + "/" + stage + "-" + i));
            }
        }
        return new Targets(
                RunPlace.cuttableHosts(),
                RunPlace.ZOOKEEPERS,
                RunPlace.HEADS,
                RunPlace.NODES,
                smallDisk(),
                clocks(),
                stages,
                replicas,
                gateways,
                ChaosCounters.NAMES);
    }

    private static String smallDisk() {
        return RunPlace.NODES.get(RunPlace.NODES.size() - 1);
    }

    private static List<String> clocks() {
        return List.of(RunPlace.HEADS.get(1), RunPlace.NODES.get(1));
    }

    /** Undoes and ends everything before it returns or throws. */
    ChaosReport run() throws IOException, InterruptedException {
        HostCluster cluster = new HostCluster(cluster(), place.network(), place.mark());
        DesiredState desired = new DesiredState(RunPlace.NODES, ChaosCounters.NAMES);
        List<HostPort> heads = cluster.headAddresses();
        ClusterWatch watch;
        try (cluster) {
            cluster.start();
            journal.note("started ZooKeeper, heads and agents: " + place.networkName());
            try (Orrery orrery = Orrery.connect(OrreryOptions.builder()
                            .heads(heads.stream().map(HostPort::toString).toList())
                            .secretFile(cluster.secretFile())
                            .build());
                    ClusterObserver observer = new ClusterObserver(cluster.secretFile(), heads);
                    ClusterWatch watching = new ClusterWatch(cluster, observer, processes(), desired, journal)) {
                watch = watching;
                awaitNodes(observer);
                deploy(orrery);
                startDrivers(cluster);
                watch.start();
                require(watch.awaitDesired(START_TIMEOUT), "the desired state before any fault");
                withFaults(cluster, orrery, observer, watch);
                empty(orrery, observer);
            }
        }
        cluster.leaked().forEach(left -> violate("nothing leaks", left));
        try (Stream<Path> left = Files.list(place.memory())) {
            left.forEach(file -> violate("nothing leaks", "shared memory " + file));
        }
        return report(cluster, watch);
    }

    private HostClusterOptions cluster() {
        return new HostClusterOptions(
                place.directory(),
                RunPlace.ZOOKEEPERS,
                RunPlace.HEADS,
                RunPlace.NODES,
                smallDisk(),
                clocks(),
                Map.of("node.dead-after", "10s", "zookeeper.session-timeout", "4s"),
                Map.of(
                        "agent.cpus",
                        "4",
                        "agent.worker-java-options",
                        "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -XX:+ExitOnOutOfMemoryError -Xmx48m",
                        "worlds.shared-memory-folder",
                        place.memory().toString(),
                        "worlds.socket-folder",
                        place.memory().toString(),
                        "worlds.ring-bytes",
                        "256KiB",
                        "worlds.ring-chunk-bytes",
                        "32KiB"));
    }

    private static List<String> processes() {
        return Stream.of(RunPlace.ZOOKEEPERS, RunPlace.HEADS, RunPlace.NODES)
                .flatMap(List::stream)
                .toList();
    }

    private void awaitNodes(ClusterObserver observer) throws InterruptedException {
        long end = System.nanoTime() + START_TIMEOUT.toNanos();
        while (true) {
            try {
                long alive = observer.cluster(VIEW_TIMEOUT).getNodesList().stream()
                        .filter(node -> node.getState().equals("ALIVE"))
                        .count();
                if (alive == RunPlace.NODES.size()) {
                    journal.note("all nodes are ALIVE");
                    return;
                }
            } catch (OrreryException e) {
                if (!e.code().retryable() || System.nanoTime() > end) {
                    throw e;
                }
            }
            require(System.nanoTime() > end ? RunPlace.NODES : List.of(), "these nodes to be ALIVE");
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private void deploy(Orrery orrery) {
        for (String pipeline : ChaosPipelines.NAMES) {
            orrery.deploy(ChaosPipelines.define(pipeline), START_TIMEOUT);
            journal.note("deployed " + pipeline);
        }
    }

    private void startDrivers(HostCluster cluster) {
        for (String driver : DRIVERS) {
            DriverOptions drive = new DriverOptions(
                    driver,
                    cluster.headAddresses().stream().map(HostPort::toString).toList(),
                    cluster.secretFile(),
                    history(driver),
                    driver.equals(DRIVERS.get(0)),
                    REQUESTS_PER_SECOND,
                    CALLS_PER_SECOND,
                    ChaosCounters.NAMES);
            cluster.startProgram(driver, RunPlace.DRIVER, DriverMain.class.getName(), drive.arguments());
        }
    }

    private Path history(String driver) {
        return place.directory().resolve("history").resolve(driver + ".tsv");
    }

    private static void require(List<String> missing, String what) {
        if (!missing.isEmpty()) {
            throw new IllegalStateException("waited for " + what + ": " + String.join("; ", missing));
        }
    }

    private void withFaults(HostCluster cluster, Orrery orrery, ClusterObserver observer, ClusterWatch watch)
            throws InterruptedException {
        Footprint before = Footprint.of(cluster, processes(), watch.view().orElseThrow());
        FaultInjector injector = new FaultInjector(cluster, orrery, observer, watch, journal);
        FaultPlayer player = new FaultPlayer(plan, injector, journal);
        try (injector) {
            player.play();
            long healed = System.nanoTime();
            List<String> missing = watch.awaitDesired(RECOVERY_TIMEOUT);
            if (missing.isEmpty()) {
                recoveredMs = watch.firstDesired(healed)
                        .map(look -> (double) TimeUnit.NANOSECONDS.toMillis(look.begunNanos() - healed))
                        .orElseThrow();
                TimeUnit.SECONDS.sleep(TAIL_SECONDS);
                watch.awaitDesired(RECOVERY_TIMEOUT);
                Footprint.of(cluster, processes(), watch.view().orElseThrow())
                        .leakedSince(before)
                        .forEach(leak -> violate("nothing leaks", leak));
            } else {
                String what = RECOVERY_TIMEOUT.toSeconds() + " s after the last fault: " + String.join("; ", missing);
                violations.add(new Violation("everything recovers", what, healed, System.nanoTime()));
                journal.note(what);
            }
        }
        played.addAll(player.played());
        for (String driver : DRIVERS) {
            // It waits for what is open, which may take until the deadline.
            cluster.stop(driver, DriverMain.DEADLINE.plus(DriverMain.SLACK.multipliedBy(3)));
        }
    }

    /** Takes away all that was made, of which nothing may stay. */
    private void empty(Orrery orrery, ClusterObserver observer) throws InterruptedException {
        try {
            for (String pipeline : ChaosPipelines.NAMES) {
                orrery.pipeline(pipeline).undeploy();
            }
            for (String counter : ChaosCounters.NAMES) {
                kill(orrery, counter);
            }
        } catch (OrreryException e) {
            violate("nothing leaks", "what was made could not be taken away: " + e.getMessage());
            return;
        }
        long end = System.nanoTime() + END_TIMEOUT.toNanos();
        List<String> left = left(observer);
        while (!left.isEmpty() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(50);
            left = left(observer);
        }
        left.forEach(it -> violate("nothing leaks", it));
    }

    /** It may have ended with its driver. */
    private static void kill(Orrery orrery, String counter) {
        try {
            orrery.actor(counter, Counter.class).kill(END_TIMEOUT);
        } catch (OrreryException e) {
            if (e.code() != ErrorCode.NOT_FOUND && e.code() != ErrorCode.ACTOR_DEAD) {
                throw e;
            }
        }
    }

    private static List<String> left(ClusterObserver observer) {
        ClusterView view = observer.cluster(VIEW_TIMEOUT);
        List<String> left = new ArrayList<>();
        view.getPipelinesList().forEach(it -> left.add("pipeline " + it.getName()));
        view.getWorldsList().forEach(it -> left.add("world " + Long.toHexString(it.getId())));
        view.getActorsList().stream()
                .filter(actor -> !actor.getState().equals("DEAD") || actor.getPid() != 0)
                .map(ActorView::getLabel)
                .forEach(label -> left.add("actor " + label));
        return left;
    }

    private void violate(String rule, String what) {
        long now = System.nanoTime();
        violations.add(new Violation(rule, what, now, now));
        journal.note("VIOLATION of '" + rule + "': " + what);
    }

    private ChaosReport report(HostCluster cluster, ClusterWatch watch) throws IOException {
        Findings findings = new Findings(ChaosCounters.EXCLUSIVE);
        for (String driver : DRIVERS) {
            findings.readHistory(history(driver), driver);
        }
        for (String head : RunPlace.HEADS) {
            findings.readLog(cluster.logs().resolve(head + ".log"), head);
        }
        findings.seen(watch.leaders(), System.nanoTime());
        violations.addAll(findings.violations());
        violations.addAll(watch.worlds().violations());
        Recoveries recoveries = new Recoveries(played, watch, findings.answers(), journal);
        return new ChaosReport(
                options.seed(),
                options.minutes(),
                place.networkName(),
                new ChaosReport.Load(loadAtBegin, loadAverage()),
                findings.outcomes(),
                findings.lives(),
                findings.epochs(),
                watch.worlds().worlds(),
                recoveries.kinds(),
                recoveries.played(),
                cluster.ends(),
                recoveredMs,
                violations.stream().limit(MOST_VIOLATIONS).map(this::told).toList());
    }

    private ChaosReport.Broken told(Violation violation) {
        return new ChaosReport.Broken(
                violation.rule(),
                violation.what(),
                journal.seconds(violation.fromNanos()),
                journal.seconds(violation.toNanos()),
                journal.between(violation.fromNanos() - AROUND_NANOS, violation.toNanos() + AROUND_NANOS));
    }
}
