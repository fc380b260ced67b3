package dev.orrery.nccl;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.tensor.Tensor;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Operations on one world. None blocks. Each future completes, or fails with BROKEN_WORLD when the world broke (the
 * failure tells why; its kind is {@code deadline} when an operation stood still past its deadline) or was closed. Futures
 * complete on an I/O thread, which what depends on them must not block. Operations with one peer match in the order in
 * which they were called, at both ends.
 */
public interface Communicator {
    /**
     * Sends to a peer. {@code tensor} must stay unchanged and open until the future completes; then its bytes have been
     * handed to the transport, or to the peer's receive. Waits for ever while the peer does not receive.
     */
    CompletableFuture<Void> send(int peer, Tensor tensor);

    /**
     * Receives the peer's next tensor, of whatever type and shape it sends, up to the world's limit (a larger one breaks
     * the world on both sides). The caller owns the tensor. Waits for ever while the peer sends nothing: an idle receive
     * is healthy. One that was cancelled still takes its message, and drops it. What a peer sent before it left can still be
     * received.
     */
    CompletableFuture<Tensor> receive(int peer);

    /** The root's tensor, at every rank; the root gets its own. */
    default CompletableFuture<Tensor> broadcast(int root, Tensor tensor) {
        return notYet("broadcast");
    }

    /** The combination of all ranks' tensors, at the root. */
    default CompletableFuture<Tensor> reduce(int root, Tensor tensor, ReduceOperation operation) {
        return notYet("reduce");
    }

    /** The combination of all ranks' tensors, at every rank. */
    default CompletableFuture<Tensor> allReduce(Tensor tensor, ReduceOperation operation) {
        return notYet("allReduce");
    }

    /** All ranks' tensors by rank, at the root. */
    default CompletableFuture<List<Tensor>> gather(int root, Tensor tensor) {
        return notYet("gather");
    }

    /** All ranks' tensors by rank, at every rank. */
    default CompletableFuture<List<Tensor>> allGather(Tensor tensor) {
        return notYet("allGather");
    }

    /** The root's tensor for this rank; only the root gives tensors, by rank. */
    default CompletableFuture<Tensor> scatter(int root, List<Tensor> tensors) {
        return notYet("scatter");
    }

    /** This rank's part of the combination of what all ranks give, by rank. */
    default CompletableFuture<Tensor> reduceScatter(List<Tensor> tensors, ReduceOperation operation) {
        return notYet("reduceScatter");
    }

    /** What each rank has for this one, by rank, for what this one has for each. */
    default CompletableFuture<List<Tensor>> allToAll(List<Tensor> tensors) {
        return notYet("allToAll");
    }

    /** Completes when every rank has called it. */
    default CompletableFuture<Void> barrier() {
        return notYet("barrier");
    }

    private static <T> CompletableFuture<T> notYet(String operation) {
        return CompletableFuture.failedFuture(OrreryException.of(
                ErrorCode.UNSUPPORTED, "not yet offered: " + operation + "; there are send and receive"));
    }
}
