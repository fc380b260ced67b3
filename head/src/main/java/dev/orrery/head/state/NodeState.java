package dev.orrery.head.state;

/** What the leader thinks of a node. */
public enum NodeState {
    /** Registered, not yet reported. */
    JOINING,
    ALIVE,
    /** Its heartbeat is late: nothing new is placed there. */
    SUSPECT,
    /** Silent for so long that its workers are replaced. */
    DEAD,
    /** Being emptied: nothing new is placed there, and what is there moves. */
    DRAINING,
    /** Nothing runs there; its agent may be stopped. */
    DRAINED
}
