package dev.orrery.worker;

import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.WorldMember;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldManager;
import dev.orrery.nccl.WorldManagers;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.tensor.Tensor;
import dev.orrery.worker.actor.PlainActor;
import dev.orrery.worker.launch.LaunchSpec;
import dev.orrery.worker.stage.StageActor;
import java.io.IOException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does once, within this process, what every worker does first, so that its classes are loaded and initialised when it
 * counts. Nobody outside takes part, and nothing of it stays. Loads no library of a GPU.
 */
final class Rehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** No id that a cluster gives: those count from the epoch 1 on. */
    private static final long WORLD = 1;

    private final LaunchSpec launch;
    private final ClusterSecret secret;

    Rehearsal(LaunchSpec launch, ClusterSecret secret) {
        this.launch = launch;
        this.secret = secret;
    }

    /** Blocks for some seconds at most. What fails here is told when it counts. */
    void run() throws InterruptedException {
        try {
            new StageActor();
            new PlainActor();
            new dev.orrery.gateway.GatewayActor();
            serialize();
            exchange();
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            LOG.warn("this worker will start more slowly: {}", e.toString());
        }
    }

    /** Loads every class of the framework that a worker without GPUs may need, for an archive of them. */
    void loadAll() throws IOException {
        for (Class<?> one : List.of(Rehearsal.class, WorldManagers.class, ForySerializer.class)) {
            CodeSource source = one.getProtectionDomain().getCodeSource();
            try (JarFile jar =
                    new JarFile(Path.of(source.getLocation().getPath()).toFile())) {
                jar.stream().map(JarEntry::getName).filter(Rehearsal::isOurs).forEach(Rehearsal::load);
            }
        }
    }

    private static boolean isOurs(String entry) {
        return entry.startsWith("dev/orrery/")
                && entry.endsWith(".class")
                && !entry.startsWith("dev/orrery/agent/")
                && !entry.contains("/cuda/");
    }

    private static void load(String entry) {
        String name = entry.substring(0, entry.length() - ".class".length()).replace('/', '.');
        try {
            Class.forName(name, false, Rehearsal.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            LOG.debug("{} is not loaded: {}", name, e.toString());
        }
    }

    private static void serialize() {
        ForySerializer serializer = new ForySerializer(Rehearsal.class.getClassLoader());
        Object back = serializer.read("a list", serializer.write("a list", List.of("one", 2)));
        if (!List.of("one", 2).equals(back)) {
            throw new IllegalStateException("a list came back as " + back);
        }
    }

    private void exchange() throws InterruptedException, ExecutionException, TimeoutException {
        try (WorldManager first = manager();
                WorldManager second = manager()) {
            first.start();
            second.start();
            ActorLife one = life("one");
            ActorLife other = life("other");
            WorldSpec spec = WorldSpec.newBuilder()
                    .setId(WORLD)
                    .setBackend(Backend.HOST)
                    .setFormingTimeoutMillis(PATIENCE.toMillis())
                    .addMembers(member(0, one, first.address()))
                    .addMembers(member(1, other, second.address()))
                    .build();
            CompletableFuture<World> joining = first.join(spec, one);
            World receiver = within(second.join(spec, other));
            World sender = within(joining);
            byte[] bytes = {1, 2, 3};
            CompletableFuture<Void> sent = sender.communicator().send(1, Tensor.ofUint8(bytes, bytes.length));
            Tensor received = within(receiver.communicator().receive(0));
            received.close();
            within(sent);
            within(first.leave(WORLD));
        }
    }

    private WorldManager manager() {
        WorldOptions options = WorldOptions.builder()
                .bind(new HostPort(launch.bindHost(), 0))
                .advertisedHost(launch.host())
                .host(launch.worlds())
                .build();
        return WorldManagers.create(options, secret, (world, state, cause) -> {});
    }

    private static ActorLife life(String actor) {
        return ActorLife.newBuilder().setActor(actor).setIncarnation(1).build();
    }

    private static WorldMember member(int rank, ActorLife life, HostPort address) {
        return WorldMember.newBuilder()
                .setRank(rank)
                .setLife(life)
                .setLabel(life.getActor())
                .setDataAddress(address.toMessage())
                .build();
    }

    private static <T> T within(CompletableFuture<T> future)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
