package dev.orrery.gateway;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.gateway.core.Effect;
import dev.orrery.gateway.core.Life;
import dev.orrery.internal.proto.Attempt;
import dev.orrery.internal.proto.CancelAttempt;
import dev.orrery.internal.proto.ReplicaAttach;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The control links that replicas hold. Thread-safe. */
final class ReplicaLinks {
    /** A connection over which a replica attached. */
    record Link(long id, Life life, String replica, RpcConnection connection) {}

    private final AtomicLong lastId = new AtomicLong();
    private final Map<RpcConnection, Link> byConnection = new ConcurrentHashMap<>();
    private final Map<Long, Link> byId = new ConcurrentHashMap<>();

    Link open(RpcConnection connection, ReplicaAttach attach) {
        Link link = new Link(lastId.incrementAndGet(), Life.of(attach.getLife()), attach.getReplica(), connection);
        if (byConnection.putIfAbsent(connection, link) != null) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "a replica attached already over the connection of " + connection.peer());
        }
        byId.put(link.id(), link);
        return link;
    }

    void close(Link link) {
        byConnection.remove(link.connection());
        byId.remove(link.id());
    }

    Optional<Link> of(RpcConnection connection) {
        return Optional.ofNullable(byConnection.get(connection));
    }

    void cancel(Effect.Cancel cancel) {
        Link link = byId.get(cancel.link());
        if (link != null) {
            Attempt attempt = Attempt.newBuilder()
                    .setRequest(cancel.request())
                    .setAttempt(cancel.attempt())
                    .build();
            link.connection()
                    .notify(
                            Protocol.CANCEL_ATTEMPT,
                            CancelAttempt.newBuilder().setAttempt(attempt).build());
        }
    }

    boolean any() {
        return !byId.isEmpty();
    }
}
