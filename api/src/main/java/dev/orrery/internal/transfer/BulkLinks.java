package dev.orrery.internal.transfer;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ValueKeeper;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcTransport;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Connections that carry nothing but pieces of values: one to each process that keeps some. Thread-safe. */
final class BulkLinks implements AutoCloseable {
    static final Duration DIAL_DEADLINE = Duration.ofSeconds(5);

    /** Hears of values at other processes, on I/O threads. */
    interface Listener {
        void forgotten(String process, String name);

        void lost(String process);
    }

    private final RpcClient client;
    private final Listener listener;
    private final Map<String, CompletableFuture<RpcConnection>> links = new HashMap<>();
    private boolean closed;

    BulkLinks(RpcTransport transport, RpcIdentity identity, Listener listener) {
        this.client = new RpcClient(
                transport,
                identity,
                RpcLimits.defaults(),
                RpcHandlers.builder()
                        .onNotice(
                                Protocol.OBJECT_FORGOTTEN,
                                (connection, notice) ->
                                        listener.forgotten(connection.peer().name(), notice.getName()))
                        .build());
        this.listener = listener;
    }

    /** The one that is there, or a new one; fails as a dial does, and with UNAVAILABLE when somebody else answers there. */
    synchronized CompletableFuture<RpcConnection> to(ValueKeeper keeper) {
        if (closed) {
            return CompletableFuture.failedFuture(OrreryException.of(ErrorCode.CANCELLED, "the client was closed"));
        }
        String process = keeper.getProcess();
        CompletableFuture<RpcConnection> known = links.get(process);
        if (known != null && isUsable(known)) {
            return known.copy();
        }
        CompletableFuture<RpcConnection> link = client.connect(HostPort.of(keeper.getAddress()), DIAL_DEADLINE)
                .thenApply(made -> checked(made, keeper));
        links.put(process, link);
        link.whenComplete((made, failure) -> {
            if (failure == null) {
                made.closed().thenAccept(why -> lost(process, link));
            } else {
                forget(process, link);
            }
        });
        // Whoever gives up waiting must not end it for others.
        return link.copy();
    }

    private static boolean isUsable(CompletableFuture<RpcConnection> link) {
        return !link.isDone()
                || (!link.isCompletedExceptionally() && link.join().isOpen());
    }

    private static RpcConnection checked(RpcConnection made, ValueKeeper keeper) {
        if (!made.peer().name().equals(keeper.getProcess())) {
            made.close();
            throw OrreryException.of(
                    ErrorCode.UNAVAILABLE, "at " + made.peer().address() + " is " + made.peer() + " by now");
        }
        return made;
    }

    private void lost(String process, CompletableFuture<RpcConnection> link) {
        forget(process, link);
        listener.lost(process);
    }

    private synchronized void forget(String process, CompletableFuture<RpcConnection> link) {
        links.remove(process, link);
    }

    /** Idempotent. */
    @Override
    public void close() {
        List<CompletableFuture<RpcConnection>> last;
        synchronized (this) {
            closed = true;
            last = List.copyOf(links.values());
            links.clear();
        }
        last.forEach(link -> link.thenAccept(RpcConnection::close));
    }
}
