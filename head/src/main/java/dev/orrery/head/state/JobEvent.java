package dev.orrery.head.state;

/** What happens to a job. */
public enum JobEvent {
    /** Its driver closed in good order. */
    CLOSED,
    /** Its driver said nothing for as long as its lease. */
    LEASE_OVER
}
