package dev.orrery.head.state;

/** What happens to an actor. */
public enum ActorEvent {
    /** A node was chosen for its next life. */
    PLACED,
    /** Its worker reports that the user's {@code open} finished. */
    OPENED,
    /** Its worker ended, or did not open in time. Counts against its restarts. */
    CRASHED,
    /** Its node died or forgot it. Does not count. */
    LOST,
    /** It is taken from a node that is being drained, to live on elsewhere. Does not count. */
    MOVED,
    /** It crashed more often than it may, or ended and is not to be restarted at all. */
    BUDGET_SPENT,
    /** It is not wanted any more. */
    DRAIN_ASKED,
    /** Its node runs nothing of it any more. */
    STOPPED
}
