package dev.orrery.error;

/** {@link ErrorCode#ALREADY_EXISTS}. */
public final class AlreadyExistsException extends OrreryException {
    private static final long serialVersionUID = 1L;

    AlreadyExistsException(Details details) {
        super(details);
    }
}
