package dev.orrery.head.state;

/** What happens to a replica. */
public enum ReplicaEvent {
    ACTOR_ALIVE,
    ACTOR_DOWN,
    /** It has a READY edge on each side. */
    ATTACHED,
    /** A side lost its last READY edge. */
    DETACHED,
    /** It is not wanted any more. */
    DRAIN_ASKED,
    /** Its actor was stopped. */
    STOPPED
}
