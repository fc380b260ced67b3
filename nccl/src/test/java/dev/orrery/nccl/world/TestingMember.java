package dev.orrery.nccl.world;

import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.WorldMember;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldListener;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.device.Gpu;
import dev.orrery.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process's worlds inside the test's process, and what they told. */
final class TestingMember implements AutoCloseable {
    /** Far more than anything takes: only a defect reaches it. */
    static final long DEADLINE_SECONDS = 40;

    static final ClusterSecret SECRET = new ClusterSecret("a secret of the tests".getBytes(StandardCharsets.US_ASCII));

    record Told(long world, WorldState state, Optional<Failure> cause) {}

    private final LocalWorlds worlds;
    private final Optional<Gpu> gpu;
    private final List<Told> told = new ArrayList<>();
    private final List<Failure> stuck = new ArrayList<>();

    private TestingMember(WorldOptions options, ClusterSecret secret) {
        this.gpu = options.gpu();
        this.worlds = new LocalWorlds(options, secret, new WorldListener() {
            @Override
            public void onState(long world, WorldState state, Optional<Failure> cause) {
                tell(world, state, cause);
            }

            @Override
            public void onStuck(Failure cause) {
                beStuck(cause);
            }
        });
    }

    static TestingMember start() {
        return start(WorldOptions.builder());
    }

    static TestingMember start(WorldOptions.Builder options) {
        return start(options, SECRET);
    }

    static TestingMember start(WorldOptions.Builder options, ClusterSecret secret) {
        TestingMember member = new TestingMember(options.build(), secret);
        member.worlds.start();
        return member;
    }

    private synchronized void beStuck(Failure cause) {
        stuck.add(cause);
        notifyAll();
    }

    synchronized List<Failure> stuck() {
        return List.copyOf(stuck);
    }

    /** Why this process would have to end. */
    synchronized Failure awaitStuck() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (stuck.isEmpty()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("it was not told that it has to end");
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return stuck.get(0);
    }

    private synchronized void tell(long world, WorldState state, Optional<Failure> cause) {
        told.add(new Told(world, state, cause));
        notifyAll();
    }

    Backend backend() {
        return gpu.isPresent() ? Backend.NCCL : Backend.HOST;
    }

    LocalWorlds worlds() {
        return worlds;
    }

    HostPort address() {
        return worlds.address();
    }

    synchronized List<Told> told(long world) {
        return told.stream().filter(it -> it.world() == world).toList();
    }

    /** Waits until the listener was told of that state. */
    synchronized Told await(long world, WorldState state) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (true) {
            for (Told it : told) {
                if (it.world() == world && it.state() == state) {
                    return it;
                }
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("not " + state + ": world " + world + "; told: " + told);
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** Begins to join as that rank of the spec. */
    CompletableFuture<World> join(WorldSpec spec, int rank) {
        return worlds.join(spec, spec.getMembers(rank).getLife()).thenApply(world -> TestingGpus.placed(world, gpu));
    }

    static WorldSpec spec(long id, TestingMember... members) {
        return spec(id, List.of(members).stream().map(TestingMember::address).toList()).toBuilder()
                .setBackend(
                        Arrays.stream(members).allMatch(it -> it.backend() == Backend.NCCL)
                                ? Backend.NCCL
                                : Backend.HOST)
                .build();
    }

    static WorldSpec spec(long id, List<HostPort> addresses) {
        WorldSpec.Builder spec =
                WorldSpec.newBuilder().setId(id).setBackend(Backend.HOST).setFormingTimeoutMillis(30_000);
        for (int rank = 0; rank < addresses.size(); rank++) {
            spec.addMembers(WorldMember.newBuilder()
                    .setRank(rank)
                    .setLife(life("actor-" + rank, 1))
                    .setDataAddress(addresses.get(rank).toMessage())
                    .setLabel("test/stage-" + rank));
        }
        return spec.build();
    }

    static ActorLife life(String actor, long incarnation) {
        return ActorLife.newBuilder()
                .setActor(actor)
                .setIncarnation(incarnation)
                .build();
    }

    /** Forms a world of these members, by rank. */
    static List<World> form(long id, TestingMember... members) {
        return formed(spec(id, members), members);
    }

    static List<World> formed(WorldSpec spec, TestingMember... members) {
        List<CompletableFuture<World>> joins = new ArrayList<>();
        for (int rank = 0; rank < members.length; rank++) {
            joins.add(members[rank].join(spec, rank));
        }
        return joins.stream().map(TestingMember::get).toList();
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("failed: " + e.getCause(), e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("did not complete: " + e, e);
        }
    }

    /** Sends from the one to the other; what arrived. Over devices a send ends only when it is received. */
    static Tensor pass(World from, World to, Tensor tensor) {
        CompletableFuture<Void> sent = from.communicator().send(to.rank(), tensor);
        Tensor received = get(to.communicator().receive(from.rank()));
        get(sent);
        return received;
    }

    /** What the future fails with. */
    static OrreryException failure(CompletableFuture<?> future) {
        try {
            Object value = future.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            throw new AssertionError("succeeded with " + value);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OrreryException failure) {
                return failure;
            }
            throw new AssertionError("failed otherwise: " + e.getCause(), e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("did not complete: " + e, e);
        }
    }

    /** Ends it abruptly in the middle of a test. */
    void end() {
        worlds.close();
    }

    @Override
    public void close() {
        end();
    }
}
