package dev.orrery.head.placement;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Spreads the replicas of a stage, and plain actors, over nodes, then takes the least loaded node, and of its GPUs the least
 * used.
 */
public final class Placement {
    private Placement() {}

    /** Empty when no node has room. */
    public static Optional<Place> choose(Demand demand, List<NodeRoom> rooms) {
        return rooms.stream()
                .filter(room -> room.fits(demand))
                .min(preference(demand))
                .map(room -> new Place(room.node(), room.gpus().assign(demand.gpus())));
    }

    private static Comparator<NodeRoom> preference(Demand demand) {
        return Comparator.comparingInt(NodeRoom::peers)
                .thenComparingDouble(room -> demand.gpus() > 0 ? room.gpus().load() : 0)
                .thenComparingDouble(NodeRoom::load)
                .thenComparing(NodeRoom::node);
    }

    /** Why nothing was chosen: need, and what is free where. */
    public static String explain(Demand demand, List<NodeRoom> rooms) {
        String free = rooms.isEmpty()
                ? "no node is ALIVE"
                : "free: "
                        + rooms.stream()
                                .sorted(Comparator.comparing(NodeRoom::node))
                                .map(room -> room.node() + " " + cpus(room.freeMilliCpus()) + " cpus " + room.gpus())
                                .collect(Collectors.joining(", "));
        return demand.who() + " needs " + need(demand) + "; " + free;
    }

    private static String need(Demand demand) {
        return cpus(demand.milliCpus()) + " cpus, " + demand.gpus() + " gpus";
    }

    /** 4, 1.5, 0.25: without zeros at the end. */
    private static String cpus(long milliCpus) {
        if (milliCpus % 1000 == 0) {
            return Long.toString(milliCpus / 1000);
        }
        return String.format(Locale.ROOT, "%.3f", milliCpus / 1000.0).replaceAll("0+$", "");
    }
}
