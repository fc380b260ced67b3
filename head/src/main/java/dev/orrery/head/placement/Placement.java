package dev.orrery.head.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/**
 * Spreads the replicas of a stage, and plain actors, over nodes, then takes the least loaded node, and of its GPUs the least
 * used.
 */
public final class Placement {
    /** The order of rooms for {@link #chooseFirst}. */
    public static final Comparator<NodeRoom> LEAST_LOADED_FIRST =
            Comparator.comparingDouble(NodeRoom::load).thenComparing(NodeRoom::node);

    private Placement() {}

    /** Empty when no node has room. */
    public static Optional<Place> choose(Demand demand, List<NodeRoom> rooms) {
        return rooms.stream()
                .filter(room -> room.fits(demand))
                .min(preference(demand))
                .map(room -> new Place(room.node(), room.gpus().assign(demand.gpus())));
    }

    /**
     * What {@link #choose} does, for a demand without GPUs: most often the first few rooms tell.
     *
     * @param rooms in the order of {@link #LEAST_LOADED_FIRST}, without peers
     * @param peers how many each has
     */
    public static Optional<Place> chooseFirst(Demand demand, Iterable<NodeRoom> rooms, ToIntFunction<NodeRoom> peers) {
        NodeRoom best = null;
        int fewest = Integer.MAX_VALUE;
        for (NodeRoom room : rooms) {
            int there = room.fits(demand) ? peers.applyAsInt(room) : Integer.MAX_VALUE;
            if (there < fewest) {
                best = room;
                fewest = there;
            }
            if (fewest == 0) {
                break;
            }
        }
        return Optional.ofNullable(best).map(room -> new Place(room.node(), List.of()));
    }

    private static Comparator<NodeRoom> preference(Demand demand) {
        return Comparator.comparingInt(NodeRoom::peers)
                .thenComparingDouble(room -> demand.gpus() > 0 ? room.gpus().load() : 0)
                .thenComparingDouble(NodeRoom::load)
                .thenComparing(NodeRoom::node);
    }

    /**
     * Why nothing was chosen: need, and what is free where.
     *
     * @param obstacles of nodes that are there but can take nothing
     */
    public static String explain(Demand demand, List<NodeRoom> rooms, List<String> obstacles) {
        List<String> parts = new ArrayList<>(List.of(demand.who() + " needs " + need(demand)));
        if (!rooms.isEmpty()) {
            parts.add("free: "
                    + rooms.stream()
                            .sorted(Comparator.comparing(NodeRoom::node))
                            .map(room -> room.node() + " " + cpus(room.freeMilliCpus()) + " cpus " + room.gpus())
                            .collect(Collectors.joining(", ")));
        } else if (obstacles.isEmpty()) {
            parts.add("no node is ALIVE");
        }
        parts.addAll(obstacles);
        return String.join("; ", parts);
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
