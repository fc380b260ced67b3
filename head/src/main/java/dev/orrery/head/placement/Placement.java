package dev.orrery.head.placement;

import dev.orrery.internal.proto.NodeChoice.Policy;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Takes, if nothing else is asked for, the node with the fewest replicas of the same stage, or plain actors, of these the least
 * loaded; and of its GPUs the least used, but for a part of one, which is of the most used that has room.
 */
public final class Placement {
    /** The order of rooms for {@link #chooseFirst}. */
    public static final Comparator<NodeRoom> LEAST_LOADED_FIRST =
            Comparator.comparingDouble(NodeRoom::load).thenComparing(NodeRoom::node);

    private Placement() {}

    /** Empty when no node has room. */
    public static Optional<Place> choose(Demand demand, Collection<NodeRoom> rooms) {
        return rooms.stream()
                .filter(room -> room.fits(demand))
                .min(preference(demand))
                .map(room -> room.place(demand));
    }

    /**
     * What {@link #choose} does, for a demand without GPUs that is not to be packed: most often the first few rooms tell.
     *
     * @param rooms in the order of {@link #LEAST_LOADED_FIRST}, without peers
     * @param peers how many each has
     */
    public static Optional<Place> chooseFirst(Demand demand, Iterable<NodeRoom> rooms, ToIntFunction<NodeRoom> peers) {
        boolean even = demand.choice().getPolicy() != Policy.SPREAD;
        NodeRoom best = null;
        int fewest = Integer.MAX_VALUE;
        for (NodeRoom room : rooms) {
            if (room.fits(demand)) {
                int there = even ? peers.applyAsInt(room) : 0;
                if (there < fewest) {
                    best = room;
                    fewest = there;
                }
                if (fewest == 0) {
                    break;
                }
            }
        }
        return Optional.ofNullable(best).map(room -> new Place(room.node(), List.of()));
    }

    /** Of the bundles that have room the one with the fewest in it, of these the first. */
    public static Optional<Place> chooseBundle(Demand demand, Collection<BundleRoom> bundles) {
        return bundles.stream()
                .filter(bundle -> bundle.fits(demand))
                .min(Comparator.comparingInt(
                                (BundleRoom bundle) -> bundle.room().peers())
                        .thenComparingInt(BundleRoom::number))
                .map(bundle -> bundle.place(demand));
    }

    /** The least loaded first: who needs GPUs looks at the load of these before all else. */
    static Comparator<NodeRoom> byLoad(Demand demand) {
        return Comparator.<NodeRoom>comparingDouble(
                        room -> demand.gpus().isNone() ? 0 : room.gpus().load())
                .thenComparingDouble(NodeRoom::load);
    }

    private static Comparator<NodeRoom> preference(Demand demand) {
        Comparator<NodeRoom> byLoad = byLoad(demand);
        Comparator<NodeRoom> preferred =
                switch (demand.choice().getPolicy()) {
                    case SPREAD -> byLoad;
                    case PACK -> byLoad.reversed();
                    default -> Comparator.comparingInt(NodeRoom::peers).thenComparing(byLoad);
                };
        return preferred.thenComparing(NodeRoom::node);
    }
}
