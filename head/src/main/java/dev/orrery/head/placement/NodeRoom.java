package dev.orrery.head.placement;

import java.util.Map;

/**
 * A node that may take an actor.
 *
 * @param free amounts are for accounting only, so any may be below zero after a node was resized
 * @param peers replicas of the same stage (for a plain actor: plain actors) that are there already
 */
public record NodeRoom(String node, Map<String, String> labels, Amounts free, Amounts total, GpuRoom gpus, int peers) {
    boolean fits(Demand demand) {
        return demand.allows(node, labels) && free.cover(demand.amounts()) && gpus.fits(demand.gpus());
    }

    /** Where a demand that fits goes. */
    Place place(Demand demand) {
        return new Place(node, gpus.assign(demand.gpus()));
    }

    /** What is left when a demand that fits has got its own. */
    NodeRoom without(Demand demand) {
        return new NodeRoom(node, labels, free.minus(demand.amounts()), total, gpus.without(demand.gpus()), peers);
    }

    double load() {
        return free.load(total);
    }
}
