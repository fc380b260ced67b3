package dev.orrery.benchmarks.control;

/**
 * What was found at one scale. Times are in seconds, writes are ZooKeeper's transactions.
 *
 * @param joined from the start of all agents to the last one's first desired set
 */
public record ScaleFigures(
        Scale scale, double joined, Deployment deployment, Idle idle, Failover failover, NodeLoss nodeLoss) {

    /** @param seconds from the first request to the last write, when all actors are ALIVE and all worlds READY */
    public record Deployment(double seconds, long writes, double leaderCpuSeconds) {}

    /**
     * @param writes within that time
     * @param leaderCpu the share of one core
     * @param liveHeapBytes of the leader, after a collection; 0 without a JDK
     */
    public record Idle(
            double seconds, long writes, double leaderCpu, double standbyCpu, long liveHeapBytes, long residentBytes) {}

    /**
     * Times are from the kill of the leader.
     *
     * @param led until the first node works for the next one
     * @param reconciled until all do, and nothing is left to write
     * @param writes of the next leader, its own standing for election included
     * @param launches of workers because of it
     */
    public record Failover(double led, double reconciled, long writes, int launches) {}

    /**
     * @param replaced from when they were DEAD to when all that ran there runs elsewhere, in READY worlds
     * @param moved workers that were launched for it
     */
    public record NodeLoss(int nodes, double replaced, int moved, long writes, double leaderCpuSeconds) {}
}
