package dev.orrery.internal.transfer;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ValueKeeper;
import dev.orrery.internal.rpc.HostPort;
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
import java.util.function.Consumer;

/** Connections to processes that keep values or own objects, one to each. Thread-safe. */
final class ProcessLinks implements AutoCloseable {
    static final Duration DIAL_DEADLINE = Duration.ofSeconds(5);

    private final RpcClient client;
    private final Map<String, CompletableFuture<RpcConnection>> links = new HashMap<>();
    private volatile Consumer<String> onLost = process -> {};
    private boolean closed;

    /** @param handlers what the peers may say */
    ProcessLinks(RpcTransport transport, RpcIdentity identity, RpcHandlers handlers) {
        this.client = new RpcClient(transport, identity, RpcLimits.defaults(), handlers);
    }

    /** Told the process to which a connection has ended, on an I/O thread. */
    void onLost(Consumer<String> listener) {
        onLost = listener;
    }

    /** The one that is there, or a new one; fails as a dial does, and with UNAVAILABLE when somebody else answers there. */
    CompletableFuture<RpcConnection> to(ValueKeeper keeper) {
        String process = keeper.getProcess();
        CompletableFuture<RpcConnection> link;
        boolean fresh;
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedFuture(OrreryException.of(ErrorCode.CANCELLED, "the client was closed"));
            }
            CompletableFuture<RpcConnection> known = links.get(process);
            fresh = known == null || !isUsable(known);
            link = fresh ? dial(keeper) : known;
            links.put(process, link);
        }
        if (fresh) {
            link.whenComplete((made, failure) -> {
                if (failure == null) {
                    made.closed().thenAccept(why -> lost(process, link));
                } else {
                    forget(process, link);
                }
            });
        }
        // Whoever gives up waiting must not end it for others.
        return link.copy();
    }

    private CompletableFuture<RpcConnection> dial(ValueKeeper keeper) {
        return client.connect(HostPort.of(keeper.getAddress()), DIAL_DEADLINE).thenApply(made -> checked(made, keeper));
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
        onLost.accept(process);
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
