package dev.orrery.examples.worlds;

import dev.orrery.tensor.Tensor;

/** A member that takes over what rank 0 has. */
public final class Broadcast extends Member {
    static final WorldExample<Broadcast> EXAMPLE = new WorldExample<>(
            "broadcast", "rank 0's number reaches every member", Broadcast::new, Broadcast::broadcast, (rank, given) ->
                    new float[] {given[0]});

    public Broadcast() {}

    public float[] broadcast(String name, float number) {
        try (Tensor tensor = tensor(number)) {
            return world(name).communicator().broadcast(0, tensor).join().toFloats();
        }
    }
}
