package dev.orrery.benchmarks.control.agents;

/**
 * What a node is at.
 *
 * @param epoch of the desired set that it works towards
 * @param worldEnds how many ends of READY worlds its workers have
 * @param launches how many workers it ever launched
 */
record NodeProgress(long epoch, int openWorkers, int worldEnds, int launches) {
    static final NodeProgress NONE = new NodeProgress(0, 0, 0, 0);
}
