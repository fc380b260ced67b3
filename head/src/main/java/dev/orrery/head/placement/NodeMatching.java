package dev.orrery.head.placement;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A node of its own for each bundle, wherever that is possible: a matching, made larger path by path. */
final class NodeMatching {
    private final GroupDemand group;
    private final List<NodeRoom> rooms;
    /** By the position of the room. */
    private final Map<Integer, Integer> holders = new HashMap<>();

    NodeMatching(GroupDemand group, Collection<NodeRoom> rooms) {
        this.group = group;
        this.rooms = rooms.stream().sorted(Placement.LEAST_LOADED_FIRST).toList();
    }

    Reservation find() {
        for (int bundle : group.largestFirst()) {
            assign(bundle, new HashSet<>());
        }
        Map<Integer, Place> places = new HashMap<>();
        holders.forEach((room, bundle) ->
                places.put(bundle, rooms.get(room).place(group.bundles().get(bundle))));
        return Reservation.of(group, places);
    }

    /** True when it has a room; who has one meanwhile may have got another. */
    private boolean assign(int bundle, Set<Integer> seen) {
        Demand demand = group.bundles().get(bundle);
        for (int room = 0; room < rooms.size(); room++) {
            if (!holders.containsKey(room) && rooms.get(room).fits(demand)) {
                holders.put(room, bundle);
                return true;
            }
        }
        for (int room = 0; room < rooms.size(); room++) {
            boolean isNew = holders.containsKey(room) && rooms.get(room).fits(demand) && seen.add(room);
            if (isNew && assign(holders.get(room), seen)) {
                holders.put(room, bundle);
                return true;
            }
        }
        return false;
    }
}
