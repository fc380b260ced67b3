package dev.orrery.nccl.host;

import dev.orrery.internal.proto.Backend;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.control.ControlThread;
import dev.orrery.nccl.port.DataPort;
import dev.orrery.nccl.port.Incoming;
import dev.orrery.nccl.port.PeerProcess;
import dev.orrery.nccl.proto.Answer;
import dev.orrery.nccl.proto.DataHello;
import dev.orrery.nccl.spi.DataPath;
import dev.orrery.nccl.spi.DataPathEvents;
import dev.orrery.nccl.spi.Membership;
import dev.orrery.nccl.spi.WorldBackend;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Worlds over TCP. */
public final class HostBackend implements WorldBackend {
    private final WorldOptions options;
    private final Duration tickInterval;
    private final ControlThread control;
    private final DataPort port;
    private final Map<Long, HostDataPath> paths = new HashMap<>();

    /** @param tickInterval how often {@link DataPath#tick()} is called */
    public HostBackend(WorldOptions options, Duration tickInterval, ControlThread control, DataPort port) {
        this.options = options;
        this.tickInterval = tickInterval;
        this.control = control;
        this.port = port;
    }

    @Override
    public Backend kind() {
        return Backend.HOST;
    }

    @Override
    public DataPath form(Membership membership, DataPathEvents events) {
        HostDataPath path =
                new HostDataPath(membership, new HostDataPath.Parts(options, tickInterval, control, port), events);
        paths.put(membership.id(), path);
        path.connect();
        return path;
    }

    /** On the control thread; the world is known. */
    public void accept(PeerProcess peer, DataHello hello, Incoming incoming) {
        HostDataPath path = paths.get(hello.getWorld());
        if (path == null) {
            incoming.refuse(Answer.UNKNOWN_WORLD, "");
        } else {
            path.accept(peer, hello, incoming);
        }
    }

    /** On the control thread: nothing more will come for this world. */
    public void forget(long world) {
        paths.remove(world);
    }
}
