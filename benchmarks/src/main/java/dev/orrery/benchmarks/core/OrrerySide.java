package dev.orrery.benchmarks.core;

import dev.orrery.ActorRef;
import dev.orrery.ObjectRef;
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
    /** As many as Ray is given. */
    private static final int CORES = 2;

    private static final int MOST_CALLERS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HeadServers.Settings SETTINGS =
            new HeadServers.Settings("core", 1, Duration.ofSeconds(6), Duration.ofSeconds(5));

    private final Path folder;
    private final HeadServers servers;
    private Orrery orrery;
    private final List<ActorRef<CallingActor>> callers = new ArrayList<>();
    private ActorRef<EchoActor> echo;
    private ObjectRef<Integer> zero;

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
        orrery = Orrery.connect(OrreryOptions.parse("orrery://" + servers.addressList()).toBuilder()
                .secretFile(servers.secretFile())
                .build());
        zero = orrery.put(0);
        echo = startEcho();
        for (int i = 0; i < MOST_CALLERS; i++) {
            callers.add(orrery.actor(CallingActor::new).cpus(0).start());
        }
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
        long begin = System.nanoTime();
        long end = begin + time.toNanos();
        long done = 0;
        long now = begin;
        while (now - end < 0) {
            done += switch (test) {
                case GET -> get();
                case PUT -> put();
                case TASK_SYNC, TASK_ASYNC -> submit(test);
                case WAIT -> await(test);
                case ACTOR_SYNC, ACTOR_ASYNC -> callHere(test);
                case ONE_TO_N, N_TO_N -> callThere(test);
            };
            now = System.nanoTime();
        }
        return done * NANOS / (now - begin);
    }

    private int get() throws IOException {
        requireAll(zero.get(), 0);
        return 1;
    }

    private int put() throws IOException {
        ObjectRef<Integer> ref = orrery.put(0);
        if (!ref.isDone()) {
            throw new IOException("a value that was put is not there");
        }
        return 1;
    }

    /** All of them, the next one that is there at a time. */
    private int await(CoreTest test) {
        List<ObjectRef<byte[]>> pending = new ArrayList<>();
        for (int i = 0; i < test.batch(); i++) {
            pending.add(orrery.task(EchoActor::smallTask).submit());
        }
        while (!pending.isEmpty()) {
            pending = orrery.waitFor(pending, 1, PATIENCE).pending();
        }
        return 1;
    }

    private int submit(CoreTest test) throws IOException {
        List<ObjectRef<byte[]>> open = new ArrayList<>(test.batch());
        for (int i = 0; i < test.batch(); i++) {
            open.add(orrery.task(EchoActor::smallTask).submit());
        }
        for (ObjectRef<byte[]> ref : open) {
            requireAll(ref.get().length, EchoActor.BYTES);
        }
        return test.batch();
    }

    /** From this process. */
    private int callHere(CoreTest test) throws IOException, InterruptedException {
        List<CompletableFuture<byte[]>> open = new ArrayList<>(test.batch());
        for (int i = 0; i < test.batch(); i++) {
            open.add(echo.call(EchoActor::smallValue));
        }
        for (CompletableFuture<byte[]> call : open) {
            requireAll(answer(call).length, EchoActor.BYTES);
        }
        return test.batch();
    }

    /** From actors. */
    private int callThere(CoreTest test) throws IOException, InterruptedException {
        List<CompletableFuture<Integer>> open = new ArrayList<>();
        for (ActorRef<CallingActor> caller : callers.subList(0, test.callers())) {
            open.add(caller.call(CallingActor::callAll, List.of(echo), test.batch()));
        }
        for (CompletableFuture<Integer> caller : open) {
            requireAll(answer(caller), test.batch());
        }
        return test.callers() * test.batch();
    }

    private static void requireAll(int found, int expected) throws IOException {
        if (found != expected) {
            throw new IOException("answered with " + found + ", not " + expected);
        }
    }

    private static <T> T answer(CompletableFuture<T> call) throws IOException, InterruptedException {
        try {
            return call.get();
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
