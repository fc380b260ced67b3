package dev.orrery.nccl.world;

import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.tensor.Device;
import dev.orrery.world.Communicator;
import dev.orrery.world.Transport;

/** A world whose operations are done with copies of the tensors on a device. */
record PlacingWorld(World inner, Device device) implements World {
    @Override
    public long id() {
        return inner.id();
    }

    @Override
    public WorldSpec spec() {
        return inner.spec();
    }

    @Override
    public int rank() {
        return inner.rank();
    }

    @Override
    public WorldState state() {
        return inner.state();
    }

    @Override
    public Communicator communicator() {
        return new PlacingCommunicator(inner.communicator(), device);
    }

    @Override
    public Transport transport(int peer) {
        return inner.transport(peer);
    }
}
