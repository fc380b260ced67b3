package dev.orrery.error;

/** {@link ErrorCode#WORKER_DIED}: the message begins with how the worker died. */
public final class WorkerDiedException extends OrreryException {
    private static final long serialVersionUID = 1L;

    WorkerDiedException(Details details) {
        super(details);
    }
}
