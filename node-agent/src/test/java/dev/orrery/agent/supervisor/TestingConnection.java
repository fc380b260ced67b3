package dev.orrery.agent.supervisor;

import com.google.protobuf.MessageLite;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcMethod;
import dev.orrery.internal.rpc.RpcNotice;
import dev.orrery.internal.rpc.RpcPeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Remembers what it was told. */
final class TestingConnection implements RpcConnection {
    final List<MessageLite> notices = new ArrayList<>();
    private final CompletableFuture<String> closed = new CompletableFuture<>();

    @Override
    public RpcPeer peer() {
        return new RpcPeer(PeerRole.WORKER, "testing", new HostPort("127.0.0.1", 1));
    }

    @Override
    public <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> call(
            RpcMethod<Q, R> method, Q request, Duration timeout) {
        throw new UnsupportedOperationException(method.name());
    }

    @Override
    public <M extends MessageLite> void notify(RpcNotice<M> notice, M message) {
        notices.add(message);
    }

    @Override
    public boolean isOpen() {
        return !closed.isDone();
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public CompletableFuture<String> closed() {
        return closed;
    }

    @Override
    public void close() {
        closed.complete("closed");
    }
}
