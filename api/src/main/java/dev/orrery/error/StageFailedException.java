package dev.orrery.error;

/** {@link ErrorCode#STAGE_FAILED}: the message begins with the user's exception. */
public final class StageFailedException extends OrreryException {
    private static final long serialVersionUID = 1L;

    StageFailedException(Details details) {
        super(details);
    }
}
