package dev.orrery.benchmarks.command;

/** The collective operations that are measured. */
public enum CollectiveKind {
    ALL_REDUCE,
    BROADCAST
}
