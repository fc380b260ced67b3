package dev.orrery.nccl;

import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.world.Communicator;
import dev.orrery.world.Transport;

/** A process's membership in one world. */
public interface World {
    long id();

    WorldSpec spec();

    /** This process's position. */
    int rank();

    default int size() {
        return spec().getMembersCount();
    }

    WorldState state();

    Communicator communicator();

    /** What carries the messages to and from that member. Throws INVALID_ARGUMENT for none, UNAVAILABLE before READY. */
    Transport transport(int peer);
}
