package dev.orrery.error;

/** {@link ErrorCode#OVERLOADED}: try again after a pause, or scale the pipeline. */
public final class PipelineOverloadedException extends OrreryException {
    private static final long serialVersionUID = 1L;

    PipelineOverloadedException(Details details) {
        super(details);
    }
}
