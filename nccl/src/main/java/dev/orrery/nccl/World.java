package dev.orrery.nccl;

import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;

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
}
