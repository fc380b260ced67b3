package dev.orrery.world;

import dev.orrery.tensor.Tensor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Operations on one world. Any thread may call them; none blocks, each returns at once.
 *
 * <p><b>Order.</b> Operations of one world start in the order in which they were called here, and match in that order: with
 * one peer the n-th send the n-th receive, and all members call the same collective operations in the same order, with
 * tensors of the same type and byte size. Members that disagree break the world: every member's operations fail, with a
 * message that names both sides. Operations of different worlds never wait for each other.
 *
 * <p><b>Ownership.</b> A tensor that is given stays the caller's. It is used where it lies, without a copy, so it must stay
 * open until the future completes, and unchanged unless the operation writes into it. A tensor that an operation returns
 * comes from the pool and belongs to the caller, who closes it. {@link Tensor#prepare} makes memory ready for the first
 * ones: fresh memory costs more than copying into it.
 *
 * <p><b>Place.</b> In a world of NCCL tensors may lie on the member's device: all those of one operation, at all members, or
 * none (a receive excepted, which copies into a tensor that lies elsewhere). What is received without a tensor to receive into
 * lies where the sender's lies. A send from a device ends when it is received. NCCL combines no elements of INT16. In other
 * worlds, and for tensors of other devices, give copies of {@link Tensor#toHost}.
 *
 * <p><b>Outcome.</b> A future completes, or fails with BROKEN_WORLD when the world broke (the failure tells why) or was
 * closed; bad arguments fail it at once with INVALID_ARGUMENT. Cancelling one stops nothing: the other members take part in
 * it. Futures complete on a thread of the transport, or of a caller, which what depends on them must not block. A thread
 * that waits with {@code join} or {@code get} moves the world's data itself meanwhile, which is faster than being woken.
 */
public interface Communicator {
    /**
     * The same, with operations that each must end within that time from their call; otherwise the world breaks (its
     * failure's kind is {@code deadline}), because nothing can be sent or received in order after an operation that was
     * given up.
     */
    Communicator within(Duration deadline);

    /** Sends to a peer, whatever it expects. Waits for ever while the peer does not receive. */
    CompletableFuture<Void> send(int peer, Tensor tensor);

    /**
     * Receives the peer's next tensor, of whatever type and shape it sends, up to the world's limit (a larger one breaks
     * the world on both sides). Waits for ever while the peer sends nothing: an idle receive is healthy. One that was
     * cancelled still takes its message, and drops it. What a peer sent before it left can still be received.
     */
    CompletableFuture<Tensor> receive(int peer);

    /** Receives into a tensor, which must have the type and byte size of the one that is sent; completes with it. */
    CompletableFuture<Tensor> receive(int peer, Tensor into);

    /** Copies the root's tensor into every member's {@code tensor}; completes with that. */
    CompletableFuture<Tensor> broadcast(int root, Tensor tensor);

    /** The combination of all members' tensors, at the root; empty at the others. */
    CompletableFuture<Optional<Tensor>> reduce(int root, Tensor tensor, ReduceOperation operation);

    /** The combination of all members' tensors, the same to the last bit at every member. */
    CompletableFuture<Tensor> allReduce(Tensor tensor, ReduceOperation operation);

    /** All members' tensors by rank, at the root (its own as a copy); empty at the others. */
    CompletableFuture<List<Tensor>> gather(int root, Tensor tensor);

    /** All members' tensors by rank (one's own as a copy), at every member. */
    CompletableFuture<List<Tensor>> allGather(Tensor tensor);

    /**
     * Copies the root's n-th tensor into rank n's {@code into}; completes with that.
     *
     * @param tensors by rank, at the root; empty at the others
     */
    CompletableFuture<Tensor> scatter(int root, List<Tensor> tensors, Tensor into);

    /** Rank n gets the combination of what all members give at place n. */
    CompletableFuture<Tensor> reduceScatter(List<Tensor> tensors, ReduceOperation operation);

    /** What each rank gives at this rank's place, by rank (one's own as a copy). */
    CompletableFuture<List<Tensor>> allToAll(List<Tensor> tensors);

    /** Completes when every member has called it. */
    CompletableFuture<Void> barrier();
}
