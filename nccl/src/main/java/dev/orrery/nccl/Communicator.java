package dev.orrery.nccl;

import dev.orrery.tensor.Tensor;
import java.util.concurrent.CompletableFuture;

/**
 * Operations on one world. None blocks. Each future completes, or fails with BROKEN_WORLD (the world broke or was
 * closed) or DEADLINE_EXCEEDED (which breaks the world). Futures complete on an I/O thread. Operations with one peer
 * match in the order in which they were called, at both ends.
 */
public interface Communicator {
    /**
     * Sends to a peer. {@code tensor} must stay unchanged and open until the future completes; then its bytes have been
     * handed to the transport, or to the peer's receive.
     */
    CompletableFuture<Void> send(int peer, Tensor tensor);

    /**
     * Receives the peer's next tensor, of whatever type and shape it sends, up to the world's limit (a larger one breaks
     * the world on both sides). The caller owns the tensor. Waits for ever while the peer sends nothing: an idle receive
     * is healthy.
     */
    CompletableFuture<Tensor> receive(int peer);
}
