package dev.orrery.nccl.host;

import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.MismatchException;
import dev.orrery.nccl.transfer.TensorHeader;
import dev.orrery.tensor.Tensor;
import java.util.Optional;

/** The tensor that the caller of a receive gave. */
final class Wanted {
    private Wanted() {}

    /** Throws when what comes is something else, or cannot go there any more. */
    static void check(Optional<Tensor> into, TensorHeader coming, Envelope envelope) throws MismatchException {
        if (into.isEmpty()) {
            return;
        }
        Tensor wanted = into.get();
        if (wanted.dataType() != coming.dataType() || wanted.byteSize() != coming.byteSize()) {
            throw new MismatchException(
                    "a receive into " + wanted + " of " + wanted.byteSize() + " bytes here, and there a " + envelope);
        }
        if (wanted.isClosed()) {
            throw new MismatchException("a receive into a tensor that was closed meanwhile: " + wanted);
        }
    }
}
