package dev.orrery;

/** Whether the bundles of a placement group have their room. */
public enum PlacementGroupState {
    /** None of its first bundles has: they get it all at once. */
    PENDING,
    /** All of them have. */
    READY,
    /** Bundles that were added wait; all others have theirs and can be used. */
    RESIZING,
    /** Bundles whose node died wait for other room; all others have theirs and can be used. */
    RESCHEDULING,
    /** It is gone, and what was placed in it was ended. */
    REMOVED
}
