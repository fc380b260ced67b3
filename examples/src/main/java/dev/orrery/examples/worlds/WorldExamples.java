package dev.orrery.examples.worlds;

import java.util.List;

/** All of them. */
public final class WorldExamples {
    public static final List<WorldExample<?>> ALL = List.of(
            PointToPoint.EXAMPLE,
            Broadcast.EXAMPLE,
            Reduce.EXAMPLE,
            AllReduce.EXAMPLE,
            Gather.EXAMPLE,
            AllGather.EXAMPLE,
            Scatter.EXAMPLE,
            ReduceScatter.EXAMPLE,
            AllToAll.EXAMPLE,
            Barrier.EXAMPLE);

    private WorldExamples() {}
}
