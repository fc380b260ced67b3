package dev.orrery.nccl.host;

import dev.orrery.error.OrreryException;
import dev.orrery.tensor.Tensor;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One send. Ends only when the transport uses none of the tensor's memory any more. Used by the connection's thread only.
 */
final class SendOperation {
    private final Tensor tensor;
    private final TensorHeader header;
    private final CompletableFuture<Void> done;
    private long offset;
    private int writes;
    private boolean handedOver;
    private boolean lost;
    private Optional<OrreryException> failure = Optional.empty();

    SendOperation(Tensor tensor, TensorHeader header, CompletableFuture<Void> done) {
        this.tensor = tensor;
        this.header = header;
        this.done = done;
    }

    TensorHeader header() {
        return header;
    }

    Tensor tensor() {
        return tensor;
    }

    long offset() {
        return offset;
    }

    long left() {
        return header.byteSize() - offset;
    }

    /** So many more bytes are with the transport. */
    void began(long bytes) {
        writes++;
        offset += bytes;
        handedOver = left() == 0;
    }

    /** One that could not be written does not end by that: the connection closes, and fails all with the world's cause. */
    void ended(boolean written) {
        writes--;
        lost |= !written;
        settle();
    }

    boolean isOver() {
        return done.isDone();
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
            done.completeExceptionally(failure.get());
        } else if (handedOver && !lost) {
            done.complete(null);
        }
    }
}
