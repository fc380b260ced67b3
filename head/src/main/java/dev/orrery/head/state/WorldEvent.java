package dev.orrery.head.state;

/** What happens to a world. */
public enum WorldEvent {
    /** Every member reports READY. */
    MEMBERS_READY,
    /** A member reports that it broke. */
    MEMBER_BROKE,
    /** A member's life ended. */
    MEMBER_GONE,
    /** It did not become READY in time. */
    DEADLINE_PASSED,
    /** A new leader found it. */
    LEADER_CHANGED,
    /** Its edge is not wanted any more. */
    RETIRED
}
