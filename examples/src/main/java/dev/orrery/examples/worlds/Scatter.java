package dev.orrery.examples.worlds;

import dev.orrery.tensor.Tensor;
import dev.orrery.world.JoinedWorld;
import java.util.List;
import java.util.stream.IntStream;

/** A member that gets its share from rank 0. */
public final class Scatter extends Member {
    static final WorldExample<Scatter> EXAMPLE = new WorldExample<>(
            "scatter", "rank 0 has a number for each member", Scatter::new, Scatter::scatter, (rank, given) ->
                    new float[] {given[0] + rank});

    public Scatter() {}

    public float[] scatter(String name, float number) {
        JoinedWorld world = world(name);
        List<Tensor> shares = world.rank() > 0
                ? List.of()
                : IntStream.range(0, world.size())
                        .mapToObj(rank -> tensor(number + rank))
                        .toList();
        try (Tensor own = tensor(0)) {
            return world.communicator().scatter(0, shares, own).join().toFloats();
        } finally {
            closeAll(shares);
        }
    }
}
