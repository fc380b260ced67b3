package dev.orrery.examples.model.worlds;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.orrery.error.Failure;
import dev.orrery.examples.model.Surrounding;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ReplicaNotice;
import dev.orrery.internal.proto.StageMessageHeader;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldManager;
import dev.orrery.tensor.Tensor;
import dev.orrery.worker.WorldsAccess;
import dev.orrery.worker.stage.StageAccess;
import dev.orrery.world.Communicator;
import dev.orrery.world.Transport;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/** What a worker sees of the world outside while it takes a step, and what it does there. */
final class WorkerSurroundings
        implements WorldManager, NanoClock, WorldsAccess.News, StageAccess.Told, RandomGenerator, Surrounding {
    private final Map<String, World> worlds = new HashMap<>();
    private ModelledWorker worker;
    private WorkerOutput output = new WorkerOutput();
    private List<Integer> choices = List.of();
    private final List<Integer> asked = new ArrayList<>();

    /** @param chosen what chance gives, as far as it is asked; zero from there on */
    void begin(ModelledWorker now, List<Integer> chosen) {
        worker = now;
        output = new WorkerOutput();
        choices = chosen;
        asked.clear();
    }

    WorkerOutput output() {
        return output;
    }

    /** Of how many chance was asked to choose one, each time. */
    List<Integer> asked() {
        return List.copyOf(asked);
    }

    @Override
    public String surroundingName() {
        return "worker";
    }

    @Override
    public long nanoTime() {
        return worker.nowNanos;
    }

    // ---- chance ----

    @Override
    public int nextInt(int bound) {
        asked.add(bound);
        return asked.size() <= choices.size() ? choices.get(asked.size() - 1) : 0;
    }

    @Override
    public long nextLong() {
        throw new IllegalStateException("chance is asked for a number of which nothing is known");
    }

    // ---- worlds ----

    @Override
    public void start() {}

    @Override
    public HostPort address() {
        throw new IllegalStateException("nobody asks for an address here");
    }

    @Override
    public CompletableFuture<World> join(WorldSpec spec, ActorLife self) {
        output.joined.add(spec);
        return new CompletableFuture<>();
    }

    @Override
    public CompletableFuture<Void> leave(long world) {
        output.left.add(world);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Optional<World> world(long id) {
        return Optional.empty();
    }

    @Override
    public void close() {}

    /** Always the same for the same world and rank. */
    World world(WorldSpec spec, int rank) {
        return worlds.computeIfAbsent(spec.getId() + "/" + rank, name -> new Member(name, spec, rank));
    }

    @Override
    public void worldReady(World world) {
        WorkerSteps.worldReady(worker, world, this);
    }

    @Override
    public void worldEnded(long world, WorldState state, Optional<Failure> cause) {
        WorkerSteps.worldEnded(worker, world, state, cause, this);
    }

    // ---- gateways ----

    @Override
    public void tell(ActorLife gateway, ReplicaNotice notice) {
        output.notices.add(new WorkerOutput.Notice(Optional.of(gateway), notice));
    }

    @Override
    public void tellAll(ReplicaNotice notice) {
        output.notices.add(new WorkerOutput.Notice(Optional.empty(), notice));
    }

    private void sent(long world, Tensor tensor) {
        try {
            output.sent.add(new WorkerOutput.Sent(world, StageMessageHeader.parseFrom(tensor.toBytes())));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("only headers are sent here", e);
        }
    }

    /** A process's membership. */
    private final class Member implements World, Surrounding {
        private final String name;
        private final WorldSpec spec;
        private final int rank;
        private final Communicator communicator;

        Member(String name, WorldSpec spec, int rank) {
            this.name = name;
            this.spec = spec;
            this.rank = rank;
            this.communicator = (Communicator) Proxy.newProxyInstance(
                    Communicator.class.getClassLoader(),
                    new Class<?>[] {Communicator.class},
                    (proxy, method, arguments) -> {
                        if (!method.getName().equals("send")) {
                            throw new IllegalStateException("nothing but send is used here, not " + method);
                        }
                        sent(spec.getId(), (Tensor) arguments[1]);
                        return CompletableFuture.completedFuture(null);
                    });
        }

        @Override
        public String surroundingName() {
            return "world " + name;
        }

        @Override
        public long id() {
            return spec.getId();
        }

        @Override
        public WorldSpec spec() {
            return spec;
        }

        @Override
        public int rank() {
            return rank;
        }

        @Override
        public WorldState state() {
            return WorldState.READY;
        }

        @Override
        public Communicator communicator() {
            return communicator;
        }

        @Override
        public Transport transport(int peer) {
            return Transport.TCP;
        }
    }
}
