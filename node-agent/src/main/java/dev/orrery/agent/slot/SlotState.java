package dev.orrery.agent.slot;

/** Where one life of an actor stands on this node. */
public enum SlotState {
    /** Its artifacts are fetched; an older life of the same actor may still have to end. */
    PREPARING,
    /** Its process is being forked. */
    LAUNCHING,
    /** There is a process, which has not called in (yet, or since this agent started). */
    REGISTERING,
    RUNNING,
    /** It was asked over its connection to stop. */
    STOPPING,
    /** It was sent SIGTERM. */
    TERMINATING,
    /** It was sent SIGKILL. */
    KILLING,
    /** Its process is gone; what that has started and left behind is killed. */
    CLEARING,
    /** Final: nothing of it is left that holds memory, ports or GPUs. A life is never started twice. */
    EXITED
}
