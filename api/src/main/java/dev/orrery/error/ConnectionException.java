package dev.orrery.error;

/** {@link ErrorCode#CONNECTION_FAILED} or {@link ErrorCode#CONNECTION_LOST}. */
public final class ConnectionException extends OrreryException {
    private static final long serialVersionUID = 1L;

    ConnectionException(Details details) {
        super(details);
    }
}
