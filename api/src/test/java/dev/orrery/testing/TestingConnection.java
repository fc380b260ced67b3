package dev.orrery.testing;

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

/** A connection without a network: remembers what it was told, and takes calls only where a subclass answers them. */
public class TestingConnection implements RpcConnection {
    private final List<MessageLite> notices = new ArrayList<>();
    private final CompletableFuture<String> closed = new CompletableFuture<>();
    private final RpcPeer peer;
    private boolean reading = true;

    public TestingConnection(PeerRole role, String name) {
        this.peer = new RpcPeer(role, name, new HostPort("127.0.0.1", 1));
    }

    /** What was notified so far. */
    public final List<MessageLite> notices() {
        return notices;
    }

    /** From now on the peer reads nothing. */
    public final void stopReading() {
        reading = false;
    }

    @Override
    public final RpcPeer peer() {
        return peer;
    }

    @Override
    public <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> call(
            RpcMethod<Q, R> method, Q request, Duration timeout) {
        throw new UnsupportedOperationException(method.name());
    }

    @Override
    public final <M extends MessageLite> void notify(RpcNotice<M> notice, M message) {
        notices.add(message);
    }

    @Override
    public final boolean isOpen() {
        return !closed.isDone();
    }

    @Override
    public final boolean isWritable() {
        return isOpen() && reading;
    }

    @Override
    public final CompletableFuture<String> closed() {
        return closed;
    }

    @Override
    public final void close() {
        closed.complete("closed here");
    }
}
