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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** This project: ZooKeeper, a head, a node agent and its workers; this process is the driver. */
final class OrrerySide implements CoreSide {
    private static final double NANOS = 1e9;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HeadServers.Settings SETTINGS =
            new HeadServers.Settings("core", 1, Duration.ofSeconds(6), Duration.ofSeconds(5));

    private final Path folder;
    private final HeadServers servers;
    private Orrery orrery;
    private ActorRef<EchoActor> actor;

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
                                "--agent.cpus=64",
                                "--agent.stop-workers-on-exit=true"),
                        false);
        orrery = Orrery.connect(OrreryOptions.parse("orrery://" + servers.addressList()).toBuilder()
                .secretFile(servers.secretFile())
                .build());
        actor = startActor();
    }

    /** Its node may have to join first. */
    private ActorRef<EchoActor> startActor() throws IOException {
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
        List<CompletableFuture<byte[]>> open = new ArrayList<>(test.batch());
        long begin = System.nanoTime();
        long end = begin + time.toNanos();
        long done = 0;
        long now = begin;
        while (now - end < 0) {
            for (int i = 0; i < test.batch(); i++) {
                open.add(actor.call(EchoActor::smallValue));
            }
            for (CompletableFuture<byte[]> call : open) {
                answer(call);
            }
            open.clear();
            done += test.batch();
            now = System.nanoTime();
        }
        return done * NANOS / (now - begin);
    }

    private static void answer(CompletableFuture<byte[]> call) throws IOException, InterruptedException {
        try {
            int bytes = call.get().length;
            if (bytes != EchoActor.BYTES) {
                throw new IOException("a call was answered with " + bytes + " bytes");
            }
        } catch (ExecutionException e) {
            throw new IOException("a call failed: " + e.getCause().getMessage(), e);
        }
    }

    @Override
    public void close() {
        if (orrery != null) {
            orrery.close();
        }
        servers.close();
    }
}
