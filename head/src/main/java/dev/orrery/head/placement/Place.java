package dev.orrery.head.placement;

import java.util.List;
import java.util.OptionalInt;

/**
 * Where an actor, or a bundle of a placement group, goes.
 *
 * @param gpus the devices of the node that are its own, by UUID; none where the node's slots have no devices
 * @param bundle the number of the bundle that it goes into; empty: into none
 */
public record Place(String node, List<String> gpus, OptionalInt bundle) {
    public Place {
        gpus = List.copyOf(gpus);
    }

    public Place(String node, List<String> gpus) {
        this(node, gpus, OptionalInt.empty());
    }

    /** The same, into that bundle of a placement group. */
    public Place in(int number) {
        return new Place(node, gpus, OptionalInt.of(number));
    }
}
