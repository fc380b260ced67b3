package dev.orrery.error;

/** {@link ErrorCode#INVALID_ARGUMENT}. */
public final class InvalidArgumentException extends OrreryException {
    private static final long serialVersionUID = 1L;

    InvalidArgumentException(Details details) {
        super(details);
    }
}
