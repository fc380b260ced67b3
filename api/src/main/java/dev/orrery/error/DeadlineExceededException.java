package dev.orrery.error;

/** {@link ErrorCode#DEADLINE_EXCEEDED}. */
public final class DeadlineExceededException extends OrreryException {
    private static final long serialVersionUID = 1L;

    DeadlineExceededException(Details details) {
        super(details);
    }
}
