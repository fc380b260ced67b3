package dev.orrery.head.state;

/** What happens to a placement group. */
public enum PlacementGroupEvent {
    /** All of its bundles have room. */
    RESERVED,
    /** No bundle waits for other room, but some that were added never had any. */
    GROWN,
    /** A node died on which bundles had their room. */
    LOST,
    /** A driver removes it, or the job that it belongs to ended. */
    REMOVE_ASKED
}
