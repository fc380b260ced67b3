package dev.orrery.nccl.stream;

import dev.orrery.nccl.transfer.Envelope;

/** How much one side sends before the other side asks for it. */
final class Flow {
    /** Tensors up to this size are sent at once, and of a larger one so much: what keeps the stream busy till it is received. */
    static final long EAGER_BYTES = 256 << 10;
    /** How much a sender may have sent that the receiver has not taken. */
    static final long WINDOW_BYTES = 1 << 20;
    /** What a message costs beyond its bytes, so that empty ones are bounded too. */
    static final long MESSAGE_BYTES = 256;
    /** What is handed to the transport at once of a large tensor. */
    static final int CHUNK_BYTES = 1 << 20;

    /** Messages up to this size are copied, so that many go to the transport at once and their sends end at once. */
    static final int COPIED_BYTES = 16 << 10;

    private static final long CREDIT_STEP = WINDOW_BYTES / 4;

    private Flow() {}

    static boolean isEager(Envelope message) {
        return message.byteSize() <= EAGER_BYTES;
    }

    /** How many of its bytes are sent before it is known that somebody receives it. */
    static long sentAtOnce(Envelope message) {
        return Math.min(message.byteSize(), EAGER_BYTES);
    }

    static long cost(Envelope message) {
        return MESSAGE_BYTES + sentAtOnce(message);
    }

    /** Whether it is time to give credit back: not for each message. */
    static boolean isWorthSaying(long credit) {
        return credit >= CREDIT_STEP;
    }
}
