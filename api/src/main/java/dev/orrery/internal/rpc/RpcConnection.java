package dev.orrery.internal.rpc;

import com.google.protobuf.MessageLite;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * An authenticated connection. Both ends may call and notify: who dialled does not matter. All methods may be called on
 * any thread and never block; futures complete on an I/O thread, so what depends on them must not block either.
 */
public interface RpcConnection extends AutoCloseable {
    RpcPeer peer();

    /**
     * Calls the peer. Fails with an {@link dev.orrery.error.OrreryException} of the peer's code, DEADLINE_EXCEEDED
     * after {@code timeout} (and tells the peer to stop), or CONNECTION_LOST. Cancelling the future cancels at the peer.
     */
    <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> call(
            RpcMethod<Q, R> method, Q request, Duration timeout);

    /** Sends without an answer, in order with this connection's calls; lost when the connection is. */
    <M extends MessageLite> void notify(RpcNotice<M> notice, M message);

    boolean isOpen();

    /** False while more is queued for the peer than it takes; a sender of bulk should wait. */
    boolean isWritable();

    /** Completes with the reason when the connection has ended, by either side or by silence. Never fails. */
    CompletableFuture<String> closed();

    /** Idempotent. Calls under way fail with CONNECTION_LOST. */
    @Override
    void close();
}
