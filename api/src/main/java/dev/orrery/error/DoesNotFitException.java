package dev.orrery.error;

/** {@link ErrorCode#DOES_NOT_FIT}. */
public final class DoesNotFitException extends OrreryException {
    private static final long serialVersionUID = 1L;

    DoesNotFitException(Details details) {
        super(details);
    }
}
