package dev.orrery.error;

/** {@link ErrorCode#OBJECT_RELEASED}. */
public final class ObjectReleasedException extends OrreryException {
    private static final long serialVersionUID = 1L;

    ObjectReleasedException(Details details) {
        super(details);
    }
}
