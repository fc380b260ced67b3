package dev.orrery.examples.worlds;

import dev.orrery.tensor.Tensor;
import dev.orrery.world.JoinedWorld;
import dev.orrery.world.ReduceOperation;
import java.util.List;
import java.util.stream.IntStream;

/** A member that has a number for each rank, and gets the sum for its own. */
public final class ReduceScatter extends Member {
    static final WorldExample<ReduceScatter> EXAMPLE = new WorldExample<>(
            "reduce-scatter",
            "each member gets the sum of what all have for it",
            ReduceScatter::new,
            ReduceScatter::sum,
            (rank, given) -> new float[] {WorldExample.sum(given) + rank * given.length});

    public ReduceScatter() {}

    public float[] sum(String name, float number) {
        JoinedWorld world = world(name);
        List<Tensor> forEach = IntStream.range(0, world.size())
                .mapToObj(rank -> tensor(number + rank))
                .toList();
        try {
            return take(world.communicator()
                    .reduceScatter(forEach, ReduceOperation.SUM)
                    .join());
        } finally {
            closeAll(forEach);
        }
    }
}
