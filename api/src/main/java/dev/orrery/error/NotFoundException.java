package dev.orrery.error;

/** {@link ErrorCode#NOT_FOUND}. */
public final class NotFoundException extends OrreryException {
    private static final long serialVersionUID = 1L;

    NotFoundException(Details details) {
        super(details);
    }
}
