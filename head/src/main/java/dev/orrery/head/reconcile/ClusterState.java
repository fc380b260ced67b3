package dev.orrery.head.reconcile;

/**
 * All that decisions are made from. One thread owns it.
 *
 * @param takenOverNanos when this leader took over; silence of nodes is counted from then at the earliest
 */
public record ClusterState(
        long epoch,
        long takenOverNanos,
        Settings settings,
        Records records,
        Observed observed,
        Memory memory,
        Told told,
        Ids ids) {}
