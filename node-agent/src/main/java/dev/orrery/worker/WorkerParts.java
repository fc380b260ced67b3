package dev.orrery.worker;

import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.WorldListener;
import dev.orrery.nccl.WorldManager;
import java.util.function.Function;

/**
 * What a worker process is put together from.
 *
 * @param worlds makes the one world manager
 * @param actors makes the actor of a kind
 */
record WorkerParts(
        ClusterSecret secret,
        NanoClock clock,
        Function<WorldListener, WorldManager> worlds,
        Function<ActorSpec, HostedActor> actors) {}
