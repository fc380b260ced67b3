package dev.orrery.error;

/** {@link ErrorCode#LEASE_LOST}: a call of an exclusive actor has run, at least in part, and its outcome is not told. */
public final class LeaseLostException extends OrreryException {
    private static final long serialVersionUID = 1L;

    LeaseLostException(Details details) {
        super(details);
    }
}
