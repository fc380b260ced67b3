package dev.orrery.internal.rpc;

import java.util.concurrent.CompletableFuture;

/**
 * Answers one method. Runs on an I/O thread, in the order of arrival per connection, and must not block; the future may
 * complete later, on any thread. A thrown or completed {@link dev.orrery.error.OrreryException} reaches the caller as
 * itself; any other becomes INTERNAL and is logged here. The future is cancelled when nobody waits for it any more, so
 * one that stands for several calls must not be returned itself: return a copy of it.
 */
@FunctionalInterface
public interface RpcHandler<Q, R> {
    CompletableFuture<R> handle(RpcConnection connection, Q request);
}
