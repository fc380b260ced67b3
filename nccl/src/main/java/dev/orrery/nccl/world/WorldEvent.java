package dev.orrery.nccl.world;

/** What happens to a world at one member. */
public enum WorldEvent {
    /** The data path and the control link to every other member are up. */
    MEMBERS_CONNECTED,
    /** A member died or fell silent, an operation went wrong, or forming took too long. */
    FAILED,
    /** Another member left in good order. */
    PEER_LEFT,
    /** This member left in good order. */
    LEFT
}
