package dev.orrery;

/** Where a stage's instance runs. */
public interface StageContext {
    String pipeline();

    String stage();

    /** For example {@code encode-2}. */
    String replica();

    /** How many times this replica was started, from 1; usable as a fencing token. */
    long incarnation();

    String node();
}
