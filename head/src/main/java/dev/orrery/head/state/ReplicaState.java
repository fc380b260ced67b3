package dev.orrery.head.state;

/** Where a replica of a stage is. */
public enum ReplicaState {
    /** Its actor is not ALIVE. */
    STARTING,
    /** Its actor is ALIVE; it lacks a READY edge on at least one side. */
    ATTACHING,
    /** At least one READY edge on each side. */
    SERVING,
    /** Out of the routing table; finishes what it has. */
    DRAINING,
    /** Final; its record is deleted. */
    GONE
}
