package dev.orrery.nccl.stream;

import dev.orrery.error.OrreryException;
import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.Outgoing;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One send. Ends only when the transport uses none of the message's memory any more. Used by the stream's thread only.
 */
final class SendOperation {
    private final Outgoing message;
    private long offset;
    private int writes;
    private boolean handedOver;
    private boolean lost;
    private Optional<OrreryException> failure = Optional.empty();

    SendOperation(Outgoing message) {
        this.message = message;
    }

    Envelope envelope() {
        return message.envelope();
    }

    boolean isGone() {
        return message.isGone();
    }

    /** The next bytes, where they lie. */
    ByteBuffer next(int bytes) {
        return NativeMemory.view(message.address() + offset, bytes, message.owner());
    }

    long left() {
        return message.byteSize() - offset;
    }

    /** So many more bytes are with the transport. */
    void began(long bytes) {
        writes++;
        offset += bytes;
        handedOver = left() == 0;
    }

    /** One that could not be written does not end by that: the stream closes, and fails all with the world's cause. */
    void ended(boolean written) {
        writes--;
        lost |= !written;
        settle();
    }

    boolean isOver() {
        return message.done().isDone();
    }

    void fail(OrreryException why) {
        if (failure.isEmpty()) {
            failure = Optional.of(why);
        }
        settle();
    }

    private void settle() {
        if (writes > 0) {
            return;
        }
        if (failure.isPresent()) {
            message.fail(failure.get());
        } else if (handedOver && !lost) {
            message.done().complete(null);
        }
    }
}
