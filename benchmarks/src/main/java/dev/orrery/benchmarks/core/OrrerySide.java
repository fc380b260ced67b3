package dev.orrery.benchmarks.core;

import dev.orrery.ActorRef;
import dev.orrery.Orrery;
import dev.orrery.OrreryOptions;
import dev.orrery.benchmarks.server.HeadServers;
import dev.orrery.error.DoesNotFitException;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** This project: ZooKeeper, a head, a node agent and its workers; this process is the driver. */
final class OrrerySide implements CoreSide {
    private static final double NANOS = 1e9;
    /** As many as Ray is given. */
    private static final int CORES = 2;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HeadServers.Settings SETTINGS =
            new HeadServers.Settings("core", 1, Duration.ofSeconds(6), Duration.ofSeconds(5));

    private final Path folder;
    private final HeadServers servers;
    private Orrery orrery;
    private OrrerySteps steps;
    private GrowthSteps growth;

    /** @param folder for logs and data */
    OrrerySide(Path folder) {
        this.folder = folder;
        this.servers = new HeadServers(folder, SETTINGS);
    }

    @Override
    public String name() {
        return "Orrery";
    }

    @Override
    public String version() {
        return "this tree";
    }

    @Override
    public void start() throws IOException, InterruptedException {
        servers.start();
        servers.jvms()
                .start(
                        "agent",
                        List.of("-Xmx256m"),
                        "dev.orrery.agent.AgentMain",
                        List.of(
                                "--cluster.name=" + SETTINGS.cluster(),
                                "--cluster.secret-file=" + servers.secretFile(),
                                "--agent.name=node",
                                "--agent.heads=" + servers.addressList(),
                                "--agent.data-dir=" + folder.resolve("node"),
                                "--agent.cpus=" + CORES,
                                "--agent.stop-workers-on-exit=true"),
                        false);
        orrery = connect();
        steps = new OrrerySteps(orrery, startEcho());
        growth = new GrowthSteps(orrery);
    }

    /** Its node may have to join first. */
    private ActorRef<EchoActor> startEcho() throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return orrery.actor(EchoActor::new)
                        .cpus(0)
                        .maxPendingCalls(100_000)
                        .start();
            } catch (DoesNotFitException e) {
                if (System.nanoTime() - end > 0) {
                    throw new IOException("no actor could be started: " + e.getMessage(), e);
                }
            } catch (OrreryException e) {
                throw new IOException("no actor could be started: " + e.getMessage(), e);
            }
        }
    }

    @Override
    public double perSecond(CoreTest test, Duration time) throws IOException, InterruptedException {
        return perSecond(() -> steps.step(test), time);
    }

    @Override
    public double perSecond(GrowthTest test, Duration time) throws IOException, InterruptedException {
        return perSecond(() -> growth.step(test), time);
    }

    /** Returns how much it did. */
    private interface Step {
        double run() throws IOException, InterruptedException;
    }

    private static double perSecond(Step step, Duration time) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        long end = begin + time.toNanos();
        double done = 0;
        long now = begin;
        while (now - end < 0) {
            done += step.run();
            now = System.nanoTime();
        }
        return done * NANOS / (now - begin);
    }

    @Override
    public ManyActors manyActors(int most, Duration time) throws IOException, InterruptedException {
        try (Orrery own = connect()) {
            return new ActorCrowd(own).start(most, time);
        }
    }

    private Orrery connect() {
        return Orrery.connect(OrreryOptions.parse("orrery://" + servers.addressList()).toBuilder()
                .secretFile(servers.secretFile())
                .build());
    }

    @Override
    public void close() {
        if (steps != null) {
            steps.close();
        }
        if (orrery != null) {
            orrery.close();
        }
        servers.close();
    }
}
