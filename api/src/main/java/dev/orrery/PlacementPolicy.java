package dev.orrery;

/** Which of the nodes that have room something is placed on. */
public enum PlacementPolicy {
    /** The one with the fewest of its kind (replicas of the same stage, or plain actors), of these the least loaded. */
    EVEN,
    /** The least loaded one, however many of its kind are there. */
    SPREAD,
    /** The most loaded one, so that others stay free for what needs much. */
    PACK
}
