package dev.orrery;

/** Where a world is in its life. */
public enum WorldState {
    /** Its members connect. */
    FORMING,
    /** Every member has it. */
    READY,
    /** Final: a member died, fell silent or failed in an operation. A new world can be formed under the same name. */
    BROKEN,
    /** Final: it was closed. */
    CLOSED
}
