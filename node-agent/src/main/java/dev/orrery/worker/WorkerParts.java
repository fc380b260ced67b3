package dev.orrery.worker;

import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.WorldListener;
import dev.orrery.nccl.WorldManager;
import dev.orrery.tensor.Device;
import java.util.List;
import java.util.function.Function;

/**
 * What a worker process is put together from.
 *
 * @param devices the GPUs of this process
 * @param worlds makes the one world manager
 * @param actors makes the actor of a kind
 */
record WorkerParts(
        ClusterSecret secret,
        NanoClock clock,
        List<Device> devices,
        Function<WorldListener, WorldManager> worlds,
        Function<ActorSpec, HostedActor> actors) {
    WorkerParts {
        devices = List.copyOf(devices);
    }
}
