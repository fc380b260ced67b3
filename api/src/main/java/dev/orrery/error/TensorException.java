package dev.orrery.error;

/** {@link ErrorCode#TENSOR_MISMATCH} or {@link ErrorCode#TENSOR_TOO_LARGE}. */
public final class TensorException extends OrreryException {
    private static final long serialVersionUID = 1L;

    TensorException(Details details) {
        super(details);
    }
}
