package dev.orrery.error;

/** {@link ErrorCode#BROKEN_WORLD}. */
public final class BrokenWorldException extends OrreryException {
    private static final long serialVersionUID = 1L;

    BrokenWorldException(Details details) {
        super(details);
    }
}
