package dev.orrery.internal.client;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Connections that are being made, and with whom. */
public final class Dials {
    private static final Duration WORKER_TIMEOUT = Duration.ofSeconds(2);

    private Dials() {}

    /** It may end at any moment, so whether it is done is asked first: what it is then, it stays. */
    static boolean isUsable(CompletableFuture<RpcConnection> dialling) {
        return !dialling.isDone()
                || (!dialling.isCompletedExceptionally() && dialling.join().isOpen());
    }

    /**
     * With an actor's worker, where the leader says that it is. A dead one's port can be another one's by now: then it fails
     * with UNAVAILABLE.
     *
     * @param wanted for the error
     */
    public static CompletableFuture<RpcConnection> worker(
            RpcClient rpc, HostPort address, String actor, String wanted) {
        return rpc.connect(address, WORKER_TIMEOUT)
                .exceptionally(failure -> {
                    throw unreached(address, ErrorCodec.unwrap(failure));
                })
                .thenApply(connection -> {
                    if (!connection.peer().name().equals(actor)) {
                        connection.close();
                        throw OrreryException.of(
                                ErrorCode.UNAVAILABLE,
                                "at " + address + " is " + connection.peer() + ", not " + wanted);
                    }
                    return connection;
                });
    }

    /** The leader knows this client's secret, so who does not is of another cluster: the worker is elsewhere, or will be. */
    private static RuntimeException unreached(HostPort address, Throwable cause) {
        if (cause instanceof OrreryException known && known.code() == ErrorCode.UNAUTHENTICATED) {
            return OrreryException.of(
                    ErrorCode.UNAVAILABLE, "at " + address + " is somebody of another cluster: " + known.detail());
        }
        return cause instanceof RuntimeException unchecked ? unchecked : new CompletionException(cause);
    }
}
