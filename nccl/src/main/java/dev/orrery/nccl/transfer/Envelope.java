package dev.orrery.nccl.transfer;

/** What is said of a message before its bytes. */
public sealed interface Envelope {
    /** How many bytes the message has. */
    long byteSize();

    /** A tensor that one member sends to another. */
    record Sent(TensorHeader tensor) implements Envelope {
        @Override
        public long byteSize() {
            return tensor.byteSize();
        }

        @Override
        public String toString() {
            return "send of " + tensor;
        }
    }

    /**
     * A part of a collective operation.
     *
     * @param number which message it is of those that this sender sends this receiver for the call; counts from 0
     */
    record Step(Call call, int number, long byteSize) implements Envelope {
        @Override
        public String toString() {
            return call + " (message " + number + " of " + byteSize + " bytes)";
        }
    }
}
