package dev.orrery.internal.time;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.time.Duration;

/** How long users may wait. More than a year is a mistake, and more than 292 do not fit into nanoseconds. */
public final class UserDurations {
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(365);

    private UserDurations() {}

    public static boolean fits(Duration value) {
        return value != null && value.compareTo(SHORTEST) >= 0 && value.compareTo(LONGEST) <= 0;
    }

    /** What is wrong with one that does not fit. */
    public static String complaint(String what, Duration value) {
        return what + " must be from 1 ms to 365 days, not " + value;
    }

    /** The value itself, or INVALID_ARGUMENT. */
    public static Duration checked(String what, Duration value) {
        if (!fits(value)) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, complaint(what, value));
        }
        return value;
    }
}
