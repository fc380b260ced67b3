package dev.orrery.head.state;

/** What happens to a node. */
public enum NodeEvent {
    /** A report came in time. */
    REPORTED,
    /** No report for longer than suspect-after. */
    LATE,
    /** No report for longer than dead-after. */
    SILENT,
    DRAIN_ASKED,
    /** It is to be used again. */
    UNDRAIN_ASKED,
    /** Nothing runs there any more. */
    EMPTIED
}
