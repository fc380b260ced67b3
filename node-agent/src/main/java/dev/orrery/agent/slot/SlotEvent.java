package dev.orrery.agent.slot;

/** What can happen to a slot. */
public enum SlotEvent {
    PREPARED,
    PREPARE_FAILED,
    FORKED,
    FORK_FAILED,
    CALLED_IN,
    /** The desired set does not name this life (any more). */
    UNWANTED,
    /** The desired set names a later life of the same actor: nothing of this one is of use to anybody. */
    SUPERSEDED,
    /** The time given to the state is over. */
    OVERDUE,
    /** Its process is there but has not been connected for too long: it is stopped, or hangs. */
    SILENT,
    /** The process is known to be gone. */
    GONE,
    /** So is everything that it has started. */
    CLEARED
}
