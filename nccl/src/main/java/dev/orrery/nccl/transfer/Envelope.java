package dev.orrery.nccl.transfer;

/** What is said of a message before its bytes. */
public sealed interface Envelope {
    /** How many bytes the message has. */
    long byteSize();

    /** How many bytes the tensor has that it brings or tells of. */
    default long tensorBytes() {
        return byteSize();
    }

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
     * A tensor that lies on one member's device and that another one is to receive from there; the message itself has no
     * bytes.
     *
     * @param number how many the sender offered the receiver before
     */
    record Offered(TensorHeader tensor, long number) implements Envelope {
        @Override
        public long byteSize() {
            return 0;
        }

        @Override
        public long tensorBytes() {
            return tensor.byteSize();
        }

        @Override
        public String toString() {
            return "send of " + tensor + " from a device";
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
