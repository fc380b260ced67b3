package dev.orrery.examples.worlds;

import dev.orrery.tensor.Tensor;
import dev.orrery.world.JoinedWorld;
import java.util.List;
import java.util.stream.IntStream;

/** A member that has a number for each rank, and gets one from each. */
public final class AllToAll extends Member {
    static final WorldExample<AllToAll> EXAMPLE = new WorldExample<>(
            "all-to-all",
            "each member has a number for each other",
            AllToAll::new,
            AllToAll::exchange,
            AllToAll::plusOwnRank);

    public AllToAll() {}

    private static float[] plusOwnRank(int rank, float[] given) {
        float[] expected = given.clone();
        for (int i = 0; i < expected.length; i++) {
            expected[i] += rank;
        }
        return expected;
    }

    public float[] exchange(String name, float number) {
        JoinedWorld world = world(name);
        List<Tensor> forEach = IntStream.range(0, world.size())
                .mapToObj(rank -> tensor(number + rank))
                .toList();
        try {
            return takeAll(world.communicator().allToAll(forEach).join());
        } finally {
            closeAll(forEach);
        }
    }
}
