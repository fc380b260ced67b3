package dev.orrery.error;

/** {@link ErrorCode#START_FAILED}: the message begins with the first cause. */
public final class StartFailedException extends OrreryException {
    private static final long serialVersionUID = 1L;

    StartFailedException(Details details) {
        super(details);
    }
}
