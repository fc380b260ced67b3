package dev.orrery.examples.worlds;

import dev.orrery.tensor.Tensor;

/** A member whose number rank 0 collects. */
public final class Gather extends Member {
    static final WorldExample<Gather> EXAMPLE = new WorldExample<>(
            "gather",
            "all members' numbers, at rank 0",
            Gather::new,
            Gather::gather,
            (rank, given) -> rank == 0 ? given : new float[0]);

    public Gather() {}

    public float[] gather(String name, float number) {
        try (Tensor tensor = tensor(number)) {
            return takeAll(world(name).communicator().gather(0, tensor).join());
        }
    }
}
