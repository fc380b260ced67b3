package dev.orrery.benchmarks.control;

import dev.orrery.benchmarks.control.ScaleFigures.Deployment;
import dev.orrery.benchmarks.control.ScaleFigures.Failover;
import dev.orrery.benchmarks.control.ScaleFigures.Idle;
import dev.orrery.benchmarks.control.ScaleFigures.NodeLoss;
import dev.orrery.benchmarks.control.Settling.Settled;
import dev.orrery.benchmarks.control.agents.Progress;
import dev.orrery.benchmarks.server.ServerJvm;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.rpc.HostPort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/** Goes with one cluster through its deployment, idleness, the death of its leader, and the loss of a tenth of its nodes. */
final class ScaleRun {
    private static final Duration SETTLES_WITHIN = Duration.ofMinutes(5);
    private static final Duration BEFORE_IDLE = Duration.ofSeconds(2);
    private static final double NANOS = 1e9;

    private final Scale scale;
    private final Duration idleTime;
    private final Consumer<String> progress;
    private final ControlCluster cluster;
    private final Driver driver;
    private final Settling settling;

    ScaleRun(Scale scale, Duration idleTime, Consumer<String> progress, ControlCluster cluster, Driver driver) {
        this.scale = scale;
        this.idleTime = idleTime;
        this.progress = progress;
        this.cluster = cluster;
        this.driver = driver;
        this.settling = new Settling(cluster, SETTLES_WITHIN);
    }

    static ScaleFigures of(Scale scale, Duration idleTime, Path folder, Consumer<String> progress)
            throws IOException, InterruptedException {
        try (ControlCluster cluster = new ControlCluster(folder)) {
            long begin = System.nanoTime();
            cluster.start(scale.nodes());
            try (Driver driver = new Driver(cluster.servers().addresses())) {
                driver.start(cluster.servers().secretFile());
                return new ScaleRun(scale, idleTime, progress, cluster, driver).run(begin);
            }
        }
    }

    private ScaleFigures run(long begin) throws IOException, InterruptedException {
        progress.accept("%d nodes, %d actors, %d worlds".formatted(scale.nodes(), scale.actors(), scale.worlds()));
        Settled joined = settling.await("all nodes joined", begin, now -> now.lowestEpoch() > 0);
        progress.accept("joined in %.1f s".formatted(joined.seconds()));
        Deployment deployment = deploy();
        progress.accept("deployed: " + deployment);
        Idle idle = idle();
        progress.accept("idle: " + idle);
        Failover failover = failOver();
        progress.accept("failed over: " + failover);
        NodeLoss loss = loseNodes();
        progress.accept("nodes lost: " + loss);
        return new ScaleFigures(scale, joined.seconds(), deployment, idle, failover, loss);
    }

    private Deployment deploy() throws IOException, InterruptedException {
        ServerJvm leader = leader();
        double cpu = leader.cpuSeconds();
        long writes = cluster.servers().zooKeeper().lastWrite();
        long begin = System.nanoTime();
        driver.deploy(scale.pipelines());
        Settled settled = settling.await("all is deployed", begin, this::isComplete);
        requireRunning();
        return new Deployment(
                settled.seconds(), cluster.servers().zooKeeper().lastWrite() - writes, leader.cpuSeconds() - cpu);
    }

    private boolean isComplete(Progress now) {
        return now.openWorkers() == scale.actors() && now.worldEnds() == 2 * scale.worlds();
    }

    private void requireRunning() throws IOException, InterruptedException {
        ClusterView view = driver.describe();
        long running = view.getPipelinesList().stream()
                .filter(pipeline -> pipeline.getState().equals("RUNNING"))
                .count();
        long ready = view.getWorldsList().stream()
                .filter(world -> world.getState().equals("READY"))
                .count();
        if (running != scale.pipelines() || ready != scale.worlds()) {
            throw new IOException("%d of %d pipelines are RUNNING, %d of %d worlds READY"
                    .formatted(running, scale.pipelines(), ready, scale.worlds()));
        }
    }

    private ServerJvm leader() throws InterruptedException {
        return cluster.servers().head(HostPort.of(driver.describe().getLeaderAddress()));
    }

    private Idle idle() throws IOException, InterruptedException {
        ServerJvm leader = leader();
        ServerJvm standby = cluster.servers().headBeside(leader);
        long heap = leader.liveHeapBytes();
        Thread.sleep(BEFORE_IDLE.toMillis());
        double leaderCpu = leader.cpuSeconds();
        double standbyCpu = standby.cpuSeconds();
        long writes = cluster.servers().zooKeeper().lastWrite();
        long begin = System.nanoTime();
        Thread.sleep(idleTime.toMillis());
        double seconds = (System.nanoTime() - begin) / NANOS;
        return new Idle(
                seconds,
                cluster.servers().zooKeeper().lastWrite() - writes,
                (leader.cpuSeconds() - leaderCpu) / seconds,
                (standby.cpuSeconds() - standbyCpu) / seconds,
                heap,
                leader.residentBytes());
    }

    private Failover failOver() throws IOException, InterruptedException {
        ServerJvm leader = leader();
        Progress before = cluster.progress();
        long writes = cluster.servers().zooKeeper().lastWrite();
        long epoch = before.highestEpoch();
        long begin = System.nanoTime();
        leader.kill();
        double led = settling.seconds("another head leads", begin, now -> now.highestEpoch() > epoch);
        Settled settled =
                settling.await("all is reconciled", begin, now -> now.lowestEpoch() > epoch && isComplete(now));
        requireRunning();
        return new Failover(
                led,
                settled.seconds(),
                cluster.servers().zooKeeper().lastWrite() - writes,
                cluster.progress().launches() - before.launches());
    }

    private NodeLoss loseNodes() throws IOException, InterruptedException {
        ServerJvm leader = leader();
        double cpu = leader.cpuSeconds();
        long writes = cluster.servers().zooKeeper().lastWrite();
        long begin = System.nanoTime();
        Progress left = cluster.lose(scale.lostNodes());
        Settled settled = settling.await("all is replaced", begin, this::isComplete);
        requireRunning();
        return new NodeLoss(
                scale.lostNodes(),
                settled.seconds() - ControlCluster.DEAD_AFTER.toMillis() / 1e3,
                cluster.progress().launches() - left.launches(),
                cluster.servers().zooKeeper().lastWrite() - writes,
                leader.cpuSeconds() - cpu);
    }
}
