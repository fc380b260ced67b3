package dev.orrery.error;

/** {@link ErrorCode#TASK_FAILED}: the message begins with the user's exception. */
public final class TaskFailedException extends OrreryException {
    private static final long serialVersionUID = 1L;

    TaskFailedException(Details details) {
        super(details);
    }
}
