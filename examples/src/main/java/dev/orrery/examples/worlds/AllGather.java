package dev.orrery.examples.worlds;

import dev.orrery.tensor.Tensor;

/** A member that collects the numbers of all. */
public final class AllGather extends Member {
    static final WorldExample<AllGather> EXAMPLE = new WorldExample<>(
            "all-gather",
            "all members' numbers, at every member",
            AllGather::new,
            AllGather::gather,
            (rank, given) -> given);

    public AllGather() {}

    public float[] gather(String name, float number) {
        try (Tensor tensor = tensor(number)) {
            return takeAll(world(name).communicator().allGather(tensor).join());
        }
    }
}
