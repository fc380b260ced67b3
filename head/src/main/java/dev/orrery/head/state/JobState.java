package dev.orrery.head.state;

/** Whether a driver still owns what it started. */
public enum JobState {
    RUNNING,
    /** Final: what it owned is killed. */
    ENDED
}
