package dev.orrery.head.placement;

/**
 * A node that may take an actor.
 *
 * @param freeMilliCpus CPUs are for accounting only, so this may be below zero after a node was resized
 * @param peers replicas of the same stage (for a plain actor: plain actors) that are there already
 */
public record NodeRoom(String node, long freeMilliCpus, GpuRoom gpus, long totalMilliCpus, int peers) {
    boolean fits(Demand demand) {
        return (demand.milliCpus() == 0 || demand.milliCpus() <= freeMilliCpus) && gpus.fits(demand.gpus());
    }

    double load() {
        return totalMilliCpus == 0 ? 1.0 : 1.0 - (double) freeMilliCpus / totalMilliCpus;
    }
}
