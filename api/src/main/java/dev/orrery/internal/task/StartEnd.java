package dev.orrery.internal.task;

import dev.orrery.error.OrreryException;

/** What it means for the tasks that wait that a worker could not be started. */
enum StartEnd {
    /** The leader, or what it needs, is away: tasks wait, to their own deadlines. */
    TRY_AGAIN,
    /** It died before it was open: perhaps by what it has in common with the next. */
    COUNT,
    /** No other start would end otherwise. */
    HOPELESS;

    static StartEnd of(Throwable failure) {
        if (!(failure instanceof OrreryException known)) {
            return HOPELESS;
        }
        return switch (known.code()) {
            case START_FAILED -> COUNT;
            case DOES_NOT_FIT, CANCELLED -> HOPELESS;
            default -> known.code().retryable() ? TRY_AGAIN : HOPELESS;
        };
    }
}
