package dev.orrery.nccl.transfer;

import dev.orrery.error.OrreryException;
import dev.orrery.tensor.Tensor;
import java.util.concurrent.CompletableFuture;

/**
 * One message to a peer.
 *
 * @param address where its bytes lie
 * @param owner keeps them there
 * @param done completes when they are not used any more
 */
public record Outgoing(Envelope envelope, long address, Object owner, CompletableFuture<Void> done) {
    public long byteSize() {
        return envelope.byteSize();
    }

    /** The user closed the tensor under the send. */
    public boolean isGone() {
        return owner instanceof Tensor tensor && tensor.isClosed();
    }

    public void fail(OrreryException why) {
        done.completeExceptionally(why);
    }
}
