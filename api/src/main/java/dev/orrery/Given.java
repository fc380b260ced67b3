package dev.orrery;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;

/** What users hand in. */
final class Given {
    private Given() {}

    /** The value itself, or INVALID_ARGUMENT for null. */
    static <T> T given(String what, T value) {
        if (value == null) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, what + " is null");
        }
        return value;
    }
}
