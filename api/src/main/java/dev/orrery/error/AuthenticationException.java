package dev.orrery.error;

/** {@link ErrorCode#UNAUTHENTICATED}. */
public final class AuthenticationException extends OrreryException {
    private static final long serialVersionUID = 1L;

    AuthenticationException(Details details) {
        super(details);
    }
}
