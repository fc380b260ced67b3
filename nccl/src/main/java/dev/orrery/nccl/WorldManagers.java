package dev.orrery.nccl;

import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.nccl.world.LocalWorlds;

/** Makes world managers. */
public final class WorldManagers {
    private WorldManagers() {}

    /** One that is not started yet. A process needs one only. */
    public static WorldManager create(WorldOptions options, ClusterSecret secret, WorldListener listener) {
        return new LocalWorlds(options, secret, listener);
    }
}
