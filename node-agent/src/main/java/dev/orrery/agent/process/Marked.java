package dev.orrery.agent.process;

/** Whether a process is one of a launch. */
enum Marked {
    YES,
    NO,
    /** It cannot be looked into now. */
    UNKNOWN
}
