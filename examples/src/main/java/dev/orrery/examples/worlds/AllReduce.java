package dev.orrery.examples.worlds;

import dev.orrery.tensor.Tensor;
import dev.orrery.world.ReduceOperation;

/** A member whose number counts everywhere. */
public final class AllReduce extends Member {
    static final WorldExample<AllReduce> EXAMPLE = new WorldExample<>(
            "all-reduce",
            "the sum of all members' numbers, at every member",
            AllReduce::new,
            AllReduce::sum,
            (rank, given) -> new float[] {WorldExample.sum(given)});

    public AllReduce() {}

    public float[] sum(String name, float number) {
        try (Tensor tensor = tensor(number)) {
            return take(world(name)
                    .communicator()
                    .allReduce(tensor, ReduceOperation.SUM)
                    .join());
        }
    }
}
