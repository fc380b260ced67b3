package dev.orrery.benchmarks.participant;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.command.Reply;
import dev.orrery.benchmarks.lane.WorldLane;
import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldManager;
import dev.orrery.nccl.WorldManagers;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.world.Transport;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A member of worlds that all use one transport. */
final class WorldMember implements Participant {
    /** All members are processes of one run. */
    private static final ClusterSecret SECRET =
            new ClusterSecret("a secret of the benchmarks".getBytes(StandardCharsets.US_ASCII));

    private static final int FORMING_TIMEOUT_MILLIS = 20_000;

    private final Transport transport;
    private final WorldManager manager;
    private final Map<String, World> worlds = new HashMap<>();
    private final LaneWork lanes = new LaneWork();
    private final DirectPaths direct = new DirectPaths();

    WorldMember(Transport transport) {
        this.transport = transport;
        HostOptions host = HostOptions.defaults().withTransport(transport);
        this.manager =
                WorldManagers.create(WorldOptions.builder().host(host).build(), SECRET, (world, state, cause) -> {});
    }

    @Override
    public void start() {
        manager.start();
    }

    @Override
    public Reply obey(Command command) {
        if (command instanceof Command.DataPort) {
            return Reply.at(manager.address().toString());
        }
        if (command instanceof Command.Join join) {
            join(join);
            return Reply.done();
        }
        if (command instanceof Command.Leave leave) {
            leave(leave.path());
            return Reply.done();
        }
        if (command instanceof Command.Collective collective) {
            World world = world(collective.path());
            return Reply.took(new CollectiveLoop(world.communicator(), world.rank(), collective).run());
        }
        return direct(command)
                .or(() -> lanes.obey(command))
                .orElseThrow(() -> new IllegalArgumentException("a member of worlds cannot do " + command));
    }

    private Optional<Reply> direct(Command command) {
        if (command instanceof Command.Arrange arrange) {
            return Optional.of(direct.arrange(arrange));
        }
        if (command instanceof Command.Meet meet) {
            lanes.add(meet.path(), direct.meet(meet));
            return Optional.of(Reply.done());
        }
        if (command instanceof Command.Complete complete) {
            lanes.add(complete.path(), direct.complete(complete));
            return Optional.of(Reply.done());
        }
        return Optional.empty();
    }

    private void join(Command.Join command) {
        World world = manager.join(spec(command), life(command.rank())).join();
        for (int peer = 0; peer < world.size(); peer++) {
            if (peer != world.rank() && world.transport(peer) != transport) {
                throw new IllegalStateException(
                        "%s is to use %s but uses %s".formatted(command.path(), transport, world.transport(peer)));
            }
        }
        worlds.put(command.path(), world);
        if (world.size() == 2) {
            lanes.add(command.path(), new WorldLane(world.communicator(), 1 - world.rank()));
        }
    }

    private void leave(String path) {
        World world = world(path);
        lanes.remove(path);
        worlds.remove(path);
        manager.leave(world.id()).join();
    }

    private World world(String path) {
        return Optional.ofNullable(worlds.get(path))
                .orElseThrow(
                        () -> new IllegalArgumentException("there is no world " + path + ", only " + worlds.keySet()));
    }

    private static WorldSpec spec(Command.Join command) {
        WorldSpec.Builder spec = WorldSpec.newBuilder()
                .setId(command.world())
                .setBackend(Backend.HOST)
                .setFormingTimeoutMillis(FORMING_TIMEOUT_MILLIS);
        for (int rank = 0; rank < command.addresses().size(); rank++) {
            spec.addMembersBuilder()
                    .setRank(rank)
                    .setLife(life(rank))
                    .setDataAddress(
                            HostPort.parse(command.addresses().get(rank)).toMessage())
                    .setLabel("benchmark/" + rank);
        }
        return spec.build();
    }

    private static ActorLife life(int rank) {
        return ActorLife.newBuilder()
                .setActor("benchmark-" + rank)
                .setIncarnation(1)
                .build();
    }

    @Override
    public void close() {
        lanes.close();
        direct.close();
        manager.close();
    }
}
