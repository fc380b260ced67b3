package dev.orrery.head.placement;

import dev.orrery.internal.proto.PlacementGroupSpec.Strategy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Room for bundles that are packed, or spread, as far as that is possible. The first way that is tried takes for each bundle,
 * the large ones first, the node that the strategy likes best; where it leads nowhere others are tried, up to a bound.
 */
final class BundleSearch {
    private static final int MOST_TRIES = 1_000;

    private final GroupDemand group;
    private final List<Integer> order;
    private final Map<String, NodeRoom> rooms = new TreeMap<>();
    /** How many bundles of the group each node has. */
    private final Map<String, Integer> there;

    private final Map<Integer, Place> places = new HashMap<>();
    private int triesLeft;

    BundleSearch(GroupDemand group, Collection<NodeRoom> rooms) {
        this.group = group;
        this.order = group.largestFirst();
        rooms.forEach(room -> this.rooms.put(room.node(), room));
        this.there = new HashMap<>(group.kept());
        this.triesLeft = MOST_TRIES + order.size();
    }

    Reservation find() {
        if (!mayFit() || !place(0)) {
            placeSome();
        }
        return Reservation.of(group, places);
    }

    /** Whether there is enough in all, and room for each one alone: most often this tells. */
    private boolean mayFit() {
        Amounts need = group.bundles().stream().map(Demand::amounts).reduce(Amounts.NONE, Amounts::plus);
        Amounts free = rooms.values().stream().map(room -> room.free().orNone()).reduce(Amounts.NONE, Amounts::plus);
        long gpus = group.bundles().stream()
                .mapToLong(bundle -> bundle.gpus().milli())
                .sum();
        long freeGpus =
                rooms.values().stream().mapToLong(room -> room.gpus().milli()).sum();
        return gpus <= freeGpus
                && free.cover(need)
                && group.bundles().stream()
                        .allMatch(demand -> rooms.values().stream().anyMatch(room -> room.fits(demand)));
    }

    /** The bundles from the one at {@code position} on; what was tried in vain is taken back. */
    private boolean place(int position) {
        if (position == order.size()) {
            return true;
        }
        int bundle = order.get(position);
        Demand demand = group.bundles().get(bundle);
        for (NodeRoom room : candidates(position)) {
            if (triesLeft == 0) {
                return false;
            }
            triesLeft--;
            take(bundle, demand, room);
            if (place(position + 1)) {
                return true;
            }
            giveBack(bundle, room);
        }
        return false;
    }

    /** Those that find room one after the other. */
    private void placeSome() {
        for (int position = 0; position < order.size(); position++) {
            int bundle = order.get(position);
            Demand demand = group.bundles().get(bundle);
            candidates(position).stream().findFirst().ifPresent(room -> take(bundle, demand, room));
        }
    }

    private void take(int bundle, Demand demand, NodeRoom room) {
        places.put(bundle, room.place(demand));
        rooms.put(room.node(), room.without(demand));
        there.merge(room.node(), 1, Integer::sum);
    }

    private void giveBack(int bundle, NodeRoom before) {
        places.remove(bundle);
        rooms.put(before.node(), before);
        there.merge(before.node(), -1, Integer::sum);
    }

    private List<NodeRoom> candidates(int position) {
        Demand demand = group.bundles().get(order.get(position));
        List<NodeRoom> candidates = new ArrayList<>(
                rooms.values().stream().filter(room -> room.fits(demand)).toList());
        Comparator<NodeRoom> byLoad = Placement.byLoad(demand);
        if (group.strategy() == Strategy.SPREAD) {
            candidates.sort(Comparator.comparingInt(this::bundlesOn).thenComparing(byLoad));
        } else {
            Map<String, Integer> takes = new HashMap<>();
            candidates.forEach(room -> takes.put(room.node(), takes(room, position)));
            candidates.sort(Comparator.comparing((NodeRoom room) -> bundlesOn(room) == 0)
                    .thenComparing(room -> takes.get(room.node()), Comparator.reverseOrder())
                    .thenComparing(byLoad.reversed()));
        }
        return candidates;
    }

    private int bundlesOn(NodeRoom room) {
        return there.getOrDefault(room.node(), 0);
    }

    /** How many of the bundles from that position on it has room for. */
    private int takes(NodeRoom room, int position) {
        int taken = 0;
        NodeRoom left = room;
        for (int bundle : order.subList(position, order.size())) {
            Demand demand = group.bundles().get(bundle);
            if (left.fits(demand)) {
                taken++;
                left = left.without(demand);
            }
        }
        return taken;
    }
}
