package dev.orrery.agent.slot;

/** What is to be done on entering a state. */
public enum SlotEffect {
    LAUNCH,
    ASK_TO_STOP,
    TERMINATE,
    KILL,
    END_STRAYS,
    CLEAN_UP
}
