package dev.orrery.internal.client;

import dev.orrery.error.ErrorCode;

/** What the error that a sent call of an actor came back with says of the call. */
enum CallEnd {
    /** The actor, or what it needed for the call, says so: it is the caller's. */
    ANSWERED,
    /** The life that it was sent to did not begin it. */
    NOT_RUN,
    /** That life may have run it, wholly or in part. */
    UNKNOWN,
    /** Its time is over. */
    LATE;

    static CallEnd of(ErrorCode code) {
        return switch (code) {
            case FENCED, UNAVAILABLE, ACTOR_PAUSED -> NOT_RUN;
            case CONNECTION_LOST, ACTOR_DEAD, LEASE_LOST -> UNKNOWN;
            case DEADLINE_EXCEEDED -> LATE;
            default -> ANSWERED;
        };
    }
}
