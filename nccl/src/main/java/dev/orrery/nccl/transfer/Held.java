package dev.orrery.nccl.transfer;

import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;

/** Memory for a message that came before it was received. */
public final class Held {
    private Held() {}

    public static Tensor allocate(Envelope envelope) {
        return envelope instanceof Envelope.Sent sent
                ? sent.tensor().allocate()
                : Tensor.allocateLazily(DataType.UINT8, envelope.byteSize(), envelope.byteSize());
    }
}
