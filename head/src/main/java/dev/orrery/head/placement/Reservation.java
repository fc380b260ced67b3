package dev.orrery.head.placement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where bundles of a placement group get their room: all of them, or none.
 *
 * @param places in the order of the bundles; none where they do not all fit
 * @param fitting how many of them have room at once
 */
public record Reservation(List<Place> places, int fitting) {
    public Reservation {
        places = List.copyOf(places);
    }

    /** Pure: the same for the same rooms. */
    public static Reservation of(GroupDemand group, Collection<NodeRoom> rooms) {
        List<NodeRoom> allowed =
                rooms.stream().filter(room -> group.allows(room.node())).toList();
        if (group.bundles().isEmpty()) {
            return new Reservation(List.of(), 0);
        }
        return switch (group.strategy()) {
            case STRICT_PACK -> onOneNode(group, allowed);
            case STRICT_SPREAD -> new NodeMatching(group, allowed).find();
            default -> new BundleSearch(group, allowed).find();
        };
    }

    public boolean isComplete() {
        return !places.isEmpty();
    }

    /** @param found by the bundle's position */
    static Reservation of(GroupDemand group, Map<Integer, Place> found) {
        boolean all = found.size() == group.bundles().size();
        return new Reservation(all ? List.copyOf(new TreeMap<>(found).values()) : List.of(), found.size());
    }

    /** The most loaded that has room for all, so that others stay free for what needs much. */
    private static Reservation onOneNode(GroupDemand group, List<NodeRoom> rooms) {
        List<Integer> order = group.largestFirst();
        Demand largest = group.bundles().get(order.get(0));
        List<NodeRoom> inOrder = new ArrayList<>(rooms);
        inOrder.sort(Placement.byLoad(largest).reversed().thenComparing(NodeRoom::node));
        Reservation best = new Reservation(List.of(), 0);
        for (NodeRoom room : inOrder) {
            Reservation there = of(group, fill(group, order, room));
            if (there.isComplete()) {
                return there;
            }
            best = there.fitting() > best.fitting() ? there : best;
        }
        return best;
    }

    private static Map<Integer, Place> fill(GroupDemand group, List<Integer> order, NodeRoom room) {
        Map<Integer, Place> places = new TreeMap<>();
        NodeRoom left = room;
        for (int bundle : order) {
            Demand demand = group.bundles().get(bundle);
            if (left.fits(demand)) {
                places.put(bundle, left.place(demand));
                left = left.without(demand);
            }
        }
        return places;
    }
}
