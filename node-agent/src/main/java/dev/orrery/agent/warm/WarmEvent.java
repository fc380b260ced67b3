package dev.orrery.agent.warm;

/** What can happen to a process that was started without a life. */
public enum WarmEvent {
    CALLED_IN,
    /** A life is to be launched that it can serve. */
    TAKEN,
    /** That it serves this life is on disk. */
    WRITTEN,
    /** It could not be written down. */
    WRITE_FAILED,
    /** It could not be started, has died, or its connection has ended. */
    LOST,
    /** It has not called in in time. */
    OVERDUE,
    /** The agent ends. */
    UNNEEDED,
    /** Nothing of it is left. */
    CLEARED
}
