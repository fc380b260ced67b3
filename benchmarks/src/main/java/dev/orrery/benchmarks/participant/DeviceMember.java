package dev.orrery.benchmarks.participant;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.command.Reply;
import dev.orrery.benchmarks.payload.DeviceMessages;
import dev.orrery.internal.proto.Backend;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.cuda.GpuLibraries;
import dev.orrery.nccl.cuda.LoadedLibraries;
import dev.orrery.nccl.device.Gpu;
import dev.orrery.nccl.device.GpuSupport;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A member of worlds of two, whose tensors lie on one device; the worlds are of NCCL, or of HOST with copies. */
final class DeviceMember implements Participant {
    /** NCCL takes seconds for the first. */
    private static final int FORMING_TIMEOUT_MILLIS = 60_000;

    private final Gpu gpu;
    private final Backend backend;
    private final JoinedWorlds worlds;
    private final Map<String, DeviceWorld> lanes = new HashMap<>();
    private Optional<DeviceMessages> messages = Optional.empty();

    private DeviceMember(Gpu gpu, Backend backend) {
        this.gpu = gpu;
        this.backend = backend;
        this.worlds = new JoinedWorlds(WorldOptions.builder().gpu(gpu).build(), backend, FORMING_TIMEOUT_MILLIS);
    }

    /**
     * Opens the device.
     *
     * @param libraries where CUDA and NCCL are; empty texts where the system finds them
     */
    static DeviceMember open(Backend backend, int device, List<String> libraries) {
        GpuSupport.On on = LoadedLibraries.load(new GpuLibraries(path(libraries.get(0)), path(libraries.get(1))))
                .require();
        return new DeviceMember(new Gpu(on.cuda(), on.nccl(), on.devices().get(device)), backend);
    }

    private static Optional<Path> path(String text) {
        return Optional.of(text).filter(it -> !it.isEmpty()).map(Path::of);
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
            World world = worlds.join(join);
            lanes.put(
                    join.path(),
                    backend == Backend.NCCL ? new DeviceWorld.Direct(world) : new DeviceWorld.Copying(world, gpu));
            return Reply.done();
        }
        if (command instanceof Command.Leave leave) {
            lanes.remove(leave.path());
            worlds.leave(leave.path());
            return Reply.done();
        }
        if (command instanceof Command.Collective collective) {
            int rank = worlds.world(collective.path()).rank();
            return Reply.took(DeviceLoops.allReduce(lane(collective.path()), gpu, rank, collective));
        }
        return move(command)
                .orElseThrow(() -> new IllegalArgumentException("a member with a device cannot do " + command));
    }

    private Optional<Reply> move(Command command) {
        if (command instanceof Command.Send send) {
            DeviceMessages given = messages(send.bytes());
            DeviceLoops.send(lane(only(send.paths())), given, send.outstanding(), send.warmup() + send.count());
            return Optional.of(Reply.done());
        }
        if (command instanceof Command.Receive receive) {
            return Optional.of(Reply.took(DeviceLoops.receive(
                    lane(only(receive.paths())),
                    messages(receive.bytes()),
                    receive.outstanding(),
                    receive.warmup(),
                    receive.warmup() + receive.count())));
        }
        if (command instanceof Command.Ping ping) {
            return Optional.of(Reply.roundTrips(DeviceLoops.ping(lane(ping.path()), messages(ping.bytes()), ping)));
        }
        if (command instanceof Command.Pong pong) {
            DeviceLoops.pong(lane(pong.path()), pong);
            return Optional.of(Reply.done());
        }
        return Optional.empty();
    }

    private static String only(List<String> paths) {
        if (paths.size() != 1) {
            throw new IllegalArgumentException("a member with a device uses one path at a time, not " + paths);
        }
        return paths.get(0);
    }

    /** Keeps those of one size. */
    private DeviceMessages messages(long bytes) {
        if (messages.filter(it -> it.bytes() == bytes).isEmpty()) {
            messages.ifPresent(DeviceMessages::close);
            messages = Optional.of(new DeviceMessages(gpu, bytes));
        }
        return messages.get();
    }

    private DeviceWorld lane(String path) {
        return Optional.ofNullable(lanes.get(path))
                .orElseThrow(
                        () -> new IllegalArgumentException("there is no path " + path + ", only " + lanes.keySet()));
    }

    @Override
    public void close() {
        worlds.close();
        messages.ifPresent(DeviceMessages::close);
        gpu.close();
    }
}
