package dev.orrery.nccl.world;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldListener;
import dev.orrery.nccl.WorldManager;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.control.ControlThread;
import dev.orrery.nccl.gpu.NcclBackend;
import dev.orrery.nccl.host.HostBackend;
import dev.orrery.nccl.link.LinkUser;
import dev.orrery.nccl.link.Links;
import dev.orrery.nccl.port.DataPort;
import dev.orrery.nccl.port.Incoming;
import dev.orrery.nccl.port.PeerProcess;
import dev.orrery.nccl.port.PortListener;
import dev.orrery.nccl.proto.Answer;
import dev.orrery.nccl.proto.DataHello;
import dev.orrery.nccl.proto.WorldNote;
import dev.orrery.nccl.spi.Membership;
import dev.orrery.nccl.spi.WorldBackend;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The worlds of this process. */
public final class LocalWorlds implements WorldManager {
    private static final Logger log = LoggerFactory.getLogger(LocalWorlds.class);
    private static final int REMEMBERED_IDS = 100_000;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);
    private static final int TICKS_PER_TIMEOUT = 8;
    private static final Duration LONGEST_TICK = Duration.ofMillis(500);

    private final ControlThread control;
    private final Duration tickInterval;
    private final DataPort port;
    private final Links links;
    private final HostBackend host;
    private final Optional<NcclBackend> nccl;
    private final WorldSurroundings around;
    private final Map<Long, MemberWorld> worlds = new ConcurrentHashMap<>();
    private final LeftWorlds left = new LeftWorlds(REMEMBERED_IDS);
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ProcessExit exit;

    public LocalWorlds(WorldOptions options, ClusterSecret secret, WorldListener listener) {
        this.control = new ControlThread("worlds-control");
        this.tickInterval = tickInterval(options.operationTimeout());
        this.port = new DataPort(options, secret, new Incomings());
        this.links = new Links(options, control, port, new LinkNews());
        this.host = new HostBackend(options, tickInterval, control, port);
        this.nccl = options.gpu().map(gpu -> new NcclBackend(options, gpu, tickInterval, control, host));
        this.around = new WorldSurroundings(options, control, links, listener);
        this.exit = new ProcessExit(port::hangUp);
    }

    private static Duration tickInterval(Duration operationTimeout) {
        Duration interval = operationTimeout.dividedBy(TICKS_PER_TIMEOUT);
        return interval.compareTo(LONGEST_TICK) < 0 ? interval : LONGEST_TICK;
    }

    @Override
    public void start() {
        port.start();
        host.start();
        nccl.ifPresent(NcclBackend::start);
        control.every(tickInterval, () -> worlds.values().forEach(MemberWorld::tick));
        exit.start();
    }

    @Override
    public HostPort address() {
        return port.self().address();
    }

    @Override
    public CompletableFuture<World> join(WorldSpec spec, ActorLife self) {
        CompletableFuture<World> outcome = new CompletableFuture<>();
        if (closed.get() || !control.execute(() -> joinNow(spec, self, outcome))) {
            outcome.completeExceptionally(
                    OrreryException.of(ErrorCode.UNAVAILABLE, "the worlds of this process are closed"));
        }
        return outcome;
    }

    private void joinNow(WorldSpec spec, ActorLife self, CompletableFuture<World> outcome) {
        try {
            MemberWorld world = known(spec, self);
            world.joined().whenComplete((joined, failure) -> {
                if (failure == null) {
                    outcome.complete(joined);
                } else {
                    outcome.completeExceptionally(failure);
                }
            });
        } catch (OrreryException e) {
            outcome.completeExceptionally(e);
        }
    }

    private MemberWorld known(WorldSpec spec, ActorLife self) {
        Membership membership = Membership.of(spec, self);
        Map<String, String> ids = Map.of("world", membership.name());
        if (closed.get()) {
            throw OrreryException.of(ErrorCode.UNAVAILABLE, "the worlds of this process are closed", ids);
        }
        if (left.contains(spec.getId())) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "a world that was left is never joined again", ids);
        }
        MemberWorld known = worlds.get(spec.getId());
        if (known != null) {
            if (!known.membership().lives().equals(membership.lives())
                    || known.membership().rank() != membership.rank()) {
                throw OrreryException.of(
                        ErrorCode.INVALID_ARGUMENT, "this process joined it with other members or another rank", ids);
            }
            return known;
        }
        MemberWorld world = new MemberWorld(membership, backend(membership), around);
        worlds.put(spec.getId(), world);
        world.start();
        return world;
    }

    private WorldBackend backend(Membership membership) {
        if (membership.backend() == host.kind()) {
            return host;
        }
        return nccl.filter(it -> it.kind() == membership.backend())
                .orElseThrow(() -> OrreryException.of(
                        ErrorCode.UNSUPPORTED,
                        "the backend " + membership.backend() + " is not offered by this process, which has no GPU",
                        Map.of("world", membership.name())));
    }

    @Override
    public CompletableFuture<Void> leave(long id) {
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        if (!control.execute(() -> leaveNow(id, outcome))) {
            // All of it was released when this closed.
            outcome.complete(null);
        }
        return outcome;
    }

    private void leaveNow(long id, CompletableFuture<Void> outcome) {
        MemberWorld world = worlds.get(id);
        if (world == null) {
            outcome.complete(null);
            return;
        }
        left.add(id);
        world.leave().whenComplete((nothing, failure) -> {
            worlds.remove(id, world);
            host.forget(id);
            outcome.complete(null);
        });
    }

    @Override
    public Optional<World> world(long id) {
        return Optional.ofNullable(worlds.get(id));
    }

    /** How many control links are up. */
    public CompletableFuture<Integer> linkCount() {
        CompletableFuture<Integer> count = new CompletableFuture<>();
        if (!control.execute(() -> count.complete(links.count()))) {
            count.complete(0);
        }
        return count;
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        exit.close();
        awaitEndOfAll();
        nccl.ifPresent(NcclBackend::close);
        host.close();
        port.close();
        control.close();
        worlds.clear();
        log.info("all worlds are closed");
    }

    /** Every operation has failed, and no tensor is used any more, before the threads that see to that end. */
    private void awaitEndOfAll() {
        Failure why = Failure.of("closed", "the process closed its worlds");
        CompletableFuture<Void> all = new CompletableFuture<>();
        control.execute(() -> {
            CompletableFuture<?>[] ends =
                    worlds.values().stream().map(world -> world.endNow(why)).toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(ends).whenComplete((nothing, failure) -> all.complete(null));
        });
        try {
            all.get(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            log.error("the connections of {} worlds did not end within {}", worlds.size(), CLOSE_LIMIT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What comes in at the port. */
    private final class Incomings implements PortListener {
        @Override
        public void onLink(PeerProcess peer, Incoming incoming) {
            control.execute(() -> links.accept(peer, incoming));
        }

        @Override
        public void onData(PeerProcess peer, DataHello hello, Incoming incoming) {
            control.execute(() -> accept(hello, incoming));
        }

        private void accept(DataHello hello, Incoming incoming) {
            MemberWorld world = worlds.get(hello.getWorld());
            if (left.contains(hello.getWorld())) {
                incoming.refuse(Answer.WORLD_GONE, "the member left it");
            } else if (world != null && world.cause().isPresent()) {
                incoming.refuse(Answer.WORLD_GONE, world.cause().get().summary());
            } else {
                host.accept(hello, incoming);
            }
        }
    }

    /** What links tell. */
    private final class LinkNews implements LinkUser {
        @Override
        public void linked(long world, String instance) {
            with(world, it -> it.linked(instance));
        }

        @Override
        public void linkLost(long world, String instance, String why) {
            with(world, it -> it.linkLost(instance, why));
        }

        @Override
        public void noted(String instance, WorldNote note) {
            with(note.getWorld(), it -> it.noted(instance, note));
        }

        @Override
        public void peerBroke(long world, String instance, Failure cause) {
            with(world, it -> it.peerBroke(instance, cause));
        }

        private void with(long id, Consumer<MemberWorld> news) {
            MemberWorld world = worlds.get(id);
            if (world != null) {
                news.accept(world);
            }
        }
    }
}
