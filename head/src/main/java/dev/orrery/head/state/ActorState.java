package dev.orrery.head.state;

/** Where an actor is in its life. */
public enum ActorState {
    /** Waits for a node with room. */
    PENDING,
    /** Placed; its worker is being launched or opens. */
    STARTING,
    ALIVE,
    /** Its last life ended; the next one waits for its backoff or for room. */
    RESTARTING,
    /** Its worlds are closed, then its worker is stopped. */
    DRAINING,
    /** Final. */
    DEAD
}
