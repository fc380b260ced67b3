package dev.orrery.benchmarks.participant;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.command.Reply;
import dev.orrery.benchmarks.lane.WorldLane;
import dev.orrery.internal.proto.Backend;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.world.Transport;
import java.util.Optional;

/** A member of worlds that all use one transport. */
final class WorldMember implements Participant {
    private static final int FORMING_TIMEOUT_MILLIS = 20_000;

    private final Transport transport;
    private final JoinedWorlds worlds;
    private final LaneWork lanes = new LaneWork();
    private final DirectPaths direct = new DirectPaths();

    WorldMember(Transport transport) {
        this.transport = transport;
        WorldOptions options = WorldOptions.builder()
                .host(HostOptions.defaults().withTransport(transport))
                .build();
        this.worlds = new JoinedWorlds(options, Backend.HOST, FORMING_TIMEOUT_MILLIS);
    }

    @Override
    public void start() {
        worlds.start();
    }

    @Override
    public Reply obey(Command command) {
        if (command instanceof Command.DataPort) {
            return Reply.at(worlds.address());
        }
        if (command instanceof Command.Join join) {
            join(join);
            return Reply.done();
        }
        if (command instanceof Command.Leave leave) {
            lanes.remove(leave.path());
            worlds.leave(leave.path());
            return Reply.done();
        }
        if (command instanceof Command.Collective collective) {
            World world = worlds.world(collective.path());
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
        World world = worlds.join(command);
        for (int peer = 0; peer < world.size(); peer++) {
            if (peer != world.rank() && world.transport(peer) != transport) {
                throw new IllegalStateException(
                        "%s is to use %s but uses %s".formatted(command.path(), transport, world.transport(peer)));
            }
        }
        if (world.size() == 2) {
            lanes.add(command.path(), new WorldLane(world.communicator(), 1 - world.rank()));
        }
    }

    @Override
    public void close() {
        lanes.close();
        direct.close();
        worlds.close();
    }
}
