package dev.orrery.agent.warm;

/** Where a process stands that was started without a life. */
public enum WarmState {
    /** It has not called in yet. */
    STARTING,
    /** It has called in, and a life may be bound to it. */
    WAITING,
    /** A life is being bound to it: that is written down, and it is not told before. */
    BINDING,
    /** Final here: it was told, and is the worker of that life from now on. */
    BOUND,
    /** It is of no use any more; it and all that it has started are killed. */
    ENDING,
    /** Final: nothing of it is left. */
    GONE
}
