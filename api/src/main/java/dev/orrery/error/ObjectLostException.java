package dev.orrery.error;

/** {@link ErrorCode#OBJECT_LOST}. */
public final class ObjectLostException extends OrreryException {
    private static final long serialVersionUID = 1L;

    ObjectLostException(Details details) {
        super(details);
    }
}
