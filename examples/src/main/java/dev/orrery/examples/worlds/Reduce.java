package dev.orrery.examples.worlds;

import dev.orrery.tensor.Tensor;
import dev.orrery.world.ReduceOperation;

/** A member whose number counts at rank 0. */
public final class Reduce extends Member {
    static final WorldExample<Reduce> EXAMPLE = new WorldExample<>(
            "reduce",
            "the sum of all members' numbers, at rank 0",
            Reduce::new,
            Reduce::sum,
            (rank, given) -> rank == 0 ? new float[] {WorldExample.sum(given)} : new float[0]);

    public Reduce() {}

    public float[] sum(String name, float number) {
        try (Tensor tensor = tensor(number)) {
            return world(name)
                    .communicator()
                    .reduce(0, tensor, ReduceOperation.SUM)
                    .join()
                    .map(Member::take)
                    .orElse(new float[0]);
        }
    }
}
