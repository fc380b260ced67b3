package dev.orrery.head.control;

import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.DesiredSetAck;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection that each node's agent dialled, and what was last sent over it. */
final class NodeLinks {
    private static final Logger log = LoggerFactory.getLogger(NodeLinks.class);

    /** @param answered done once the agent took the set that was sent last, or could not */
    private record Link(
            RpcConnection connection, long sentSequence, long sentNanos, CompletableFuture<DesiredSetAck> answered) {}

    private static final CompletableFuture<DesiredSetAck> NOTHING_SENT =
            CompletableFuture.completedFuture(DesiredSetAck.getDefaultInstance());

    private final Map<String, Link> links = new HashMap<>();

    /** The newest registration of a node counts; an older connection of it is closed. */
    void registered(String node, RpcConnection connection, long nowNanos) {
        Link before = links.put(node, new Link(connection, 0, nowNanos, NOTHING_SENT));
        if (before != null
                && before.connection() != connection
                && before.connection().isOpen()) {
            log.info(
                    "node {} registered anew, closing its connection from {}",
                    node,
                    before.connection().peer());
            before.connection().close();
        }
    }

    /** Whether that is the connection that the node registered over last. */
    boolean isNewest(String node, RpcConnection connection) {
        Link link = links.get(node);
        return link != null && link.connection() == connection;
    }

    /** Over which the node's agent can be asked, if it has registered. */
    Optional<RpcConnection> connection(String node) {
        return Optional.ofNullable(links.get(node)).map(Link::connection);
    }

    /**
     * Sends {@code set} unless it is under way, or was adopted. One at a time: an agent that is slow to take one gets the
     * newest next, and none of those between.
     */
    void push(String node, DesiredSet set, boolean adopted, ControlOptions options, long nowNanos) {
        Link link = links.get(node);
        if (link == null || !link.connection().isOpen() || !link.answered().isDone()) {
            return;
        }
        boolean isNew = set.getStamp().getSequence() > link.sentSequence();
        Duration waited = Duration.ofNanos(nowNanos - link.sentNanos());
        boolean isLost = !adopted && waited.compareTo(options.resendAfter()) > 0;
        if (!isNew && !isLost) {
            return;
        }
        CompletableFuture<DesiredSetAck> answer =
                link.connection().call(Protocol.DESIRED_SET, set, options.callTimeout());
        links.put(node, new Link(link.connection(), set.getStamp().getSequence(), nowNanos, answer));
        answer.whenComplete((ack, failure) -> {
            if (failure != null) {
                log.warn(
                        "node {} did not take desired set {} of epoch {}: {}",
                        node,
                        set.getStamp().getSequence(),
                        set.getStamp().getEpoch(),
                        failure.toString());
            }
        });
    }
}
