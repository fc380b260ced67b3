package dev.orrery.worker.stage;

import dev.orrery.internal.proto.StageMessageHeader;
import dev.orrery.tensor.Tensors;

/** A message that arrived whole. Whoever holds it closes the tensors. */
record Delivery(StageMessageHeader header, Tensors tensors, long receivedNanos) {
    private static final long NANOS_PER_MICRO = 1_000;

    AttemptKey key() {
        return AttemptKey.of(header);
    }

    /** What is left of the request's time: the sender's clock is another one, so it counts from the arrival. */
    long remainingMicros(long nowNanos) {
        return header.getRemainingMicros() - (nowNanos - receivedNanos) / NANOS_PER_MICRO;
    }

    boolean expired(long nowNanos) {
        return remainingMicros(nowNanos) <= 0;
    }

    void close() {
        tensors.close();
    }
}
