package dev.orrery.error;

/** {@link ErrorCode#INVALID_CONFIG}. */
public final class InvalidConfigException extends OrreryException {
    private static final long serialVersionUID = 1L;

    InvalidConfigException(Details details) {
        super(details);
    }
}
