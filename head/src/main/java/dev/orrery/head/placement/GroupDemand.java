package dev.orrery.head.placement;

import dev.orrery.internal.proto.PlacementGroupSpec.Strategy;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Bundles of a placement group that get their room at once.
 *
 * @param who for people: "placement group 'trainers'"
 * @param kept how many other bundles of the group have their room on each node, and keep it
 */
public record GroupDemand(String who, Strategy strategy, List<Demand> bundles, Map<String, Integer> kept) {
    private static final Comparator<Demand> LARGEST_FIRST = Comparator.<Demand>comparingLong(
                    demand -> demand.gpus().milli())
            .thenComparingLong(demand -> demand.amounts().milliCpus())
            .thenComparingLong(demand -> demand.amounts().memoryBytes())
            .reversed();

    public GroupDemand {
        bundles = List.copyOf(bundles);
        kept = Map.copyOf(kept);
    }

    /** The bundles' positions: what is large finds room more easily before what is small. */
    List<Integer> largestFirst() {
        return IntStream.range(0, bundles.size())
                .boxed()
                .sorted(Comparator.comparing(bundles::get, LARGEST_FIRST))
                .toList();
    }

    /** Whether the strategy lets a bundle go there at all. */
    boolean allows(String node) {
        return switch (strategy) {
            case STRICT_PACK -> kept.isEmpty() || kept.containsKey(node);
            case STRICT_SPREAD -> !kept.containsKey(node);
            default -> true;
        };
    }
}
