package dev.orrery.error;

/** {@link ErrorCode#CHECKPOINT_FAILED} or {@link ErrorCode#CHECKPOINT_TOO_LARGE}: the message says what of which actor, and the limit. */
public final class CheckpointException extends OrreryException {
    private static final long serialVersionUID = 1L;

    CheckpointException(Details details) {
        super(details);
    }
}
