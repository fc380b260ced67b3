package dev.orrery.head.placement;

/**
 * A bundle of a placement group, as who wants room in it finds it.
 *
 * @param room of the bundle alone: what is free of it, and what it holds in all; without a node while it waits for its own
 * @param obstacle why it can take nothing now, whatever is free; empty: it can
 */
public record BundleRoom(int number, NodeRoom room, String obstacle) {
    public boolean fits(Demand demand) {
        return obstacle.isEmpty() && room.fits(demand);
    }

    /** Whether it would fit if nothing else were in it. */
    public boolean holds(Demand demand) {
        return room.total().cover(demand.amounts()) && room.gpus().holds(demand.gpus());
    }

    /** Where a demand that fits goes. */
    public Place place(Demand demand) {
        return room.place(demand).in(number);
    }
}
