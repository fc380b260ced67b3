package dev.orrery.nccl.spi;

import dev.orrery.internal.proto.Backend;

/** Makes the data paths of worlds over one kind of transport. */
public interface WorldBackend {
    Backend kind();

    /**
     * Begins to connect to the other members; tells {@code events} of the outcome, never before it returns. Never
     * blocks. Called on the control thread, as is every method of the data path except its communicator's.
     */
    DataPath form(Membership membership, DataPathEvents events);
}
