package dev.orrery.head.state;

/** Whether the bundles of a placement group have their room. */
public enum PlacementGroupState {
    /** None of its first bundles has: they get it all at once. */
    PENDING,
    /** All of them have. */
    READY,
    /** Bundles that were added wait; all others have theirs. */
    RESIZING,
    /** Bundles that had their room on a node that died wait for other room. */
    RESCHEDULING,
    /** Final: nothing is reserved any more, and what was placed in it ends. */
    REMOVED
}
