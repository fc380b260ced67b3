package dev.orrery.head.placement;

import java.util.List;

/**
 * Where an actor goes.
 *
 * @param gpus the devices of the node that are its own, by UUID; none where the node's slots have no devices
 */
public record Place(String node, List<String> gpus) {
    public Place {
        gpus = List.copyOf(gpus);
    }
}
