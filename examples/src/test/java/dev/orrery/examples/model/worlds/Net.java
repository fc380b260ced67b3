package dev.orrery.examples.model.worlds;

import dev.orrery.internal.proto.ActorLife;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * What lies between workers. Immutable.
 *
 * @param meetings worlds that a member has joined, by id
 * @param formed ids of all worlds that both members have ever had READY, and which somebody may still route over
 */
record Net(List<Meeting> meetings, List<Link> links, List<Long> formed) {
    static final Net NOTHING = new Net(List.of(), List.of(), List.of());

    Optional<Meeting> meeting(long world) {
        return meetings.stream().filter(meeting -> meeting.id() == world).findFirst();
    }

    Net with(Meeting changed) {
        TreeMap<Long, Meeting> all = new TreeMap<>();
        meetings.forEach(meeting -> all.put(meeting.id(), meeting));
        all.put(changed.id(), changed);
        List<Long> known = formed;
        if (changed.everFormed() && !formed.contains(changed.id())) {
            TreeSet<Long> more = new TreeSet<>(formed);
            more.add(changed.id());
            known = List.copyOf(more);
        }
        // Where both members are through with it nothing is left of it.
        if (changed.isOver(0) && changed.isOver(1)) {
            all.remove(changed.id());
        }
        return new Net(List.copyOf(all.values()), links, known);
    }

    Optional<Link> link(int id) {
        return links.stream().filter(link -> link.id() == id).findFirst();
    }

    /** The one that the replica takes for open. */
    Optional<Link> linkOf(ActorLife replica, ActorLife gateway) {
        return links.stream()
                .filter(link -> link.up()
                        && link.replica().equals(replica)
                        && link.gateway().equals(gateway))
                .findFirst();
    }

    /** A number that no link has. */
    int freeLink() {
        int id = 1;
        while (link(id).isPresent()) {
            id++;
        }
        return id;
    }

    Net with(Link added) {
        List<Link> all = new ArrayList<>(links);
        all.removeIf(link -> link.id() == added.id());
        all.add(added);
        all.sort((one, other) -> Integer.compare(one.id(), other.id()));
        return new Net(meetings, List.copyOf(all), formed);
    }

    Net without(Link gone) {
        return new Net(
                meetings, links.stream().filter(link -> link.id() != gone.id()).toList(), formed);
    }

    Net changed(UnaryOperator<Link> change) {
        return new Net(meetings, links.stream().map(change).toList(), formed);
    }
}
