package dev.orrery.nccl.transfer;

import dev.orrery.error.OrreryException;
import dev.orrery.tensor.Tensor;

/**
 * One receive. {@link #accept} is called at most once, then either {@link #complete} or {@link #fail}; one that was not
 * accepted can fail too.
 */
public interface Reception {
    /** Where this message goes. Throws when it is not what is to be received, and OutOfMemoryError. */
    Landing accept(Envelope envelope) throws MismatchException;

    /** All bytes were taken. */
    void complete();

    void fail(OrreryException why);

    /**
     * Instead of {@link #accept} and {@link #complete}, for a message that was held: {@code held} belongs to this reception
     * now.
     */
    default void deliver(Envelope envelope, Tensor held) throws MismatchException {
        try (held) {
            accept(envelope).take(held.address(), 0, held.byteSize());
        }
        complete();
    }
}
