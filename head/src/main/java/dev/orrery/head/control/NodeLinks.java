package dev.orrery.head.control;

import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection that each node's agent dialled, and what was last sent over it. */
final class NodeLinks {
    private static final Logger log = LoggerFactory.getLogger(NodeLinks.class);

    private record Link(RpcConnection connection, long sentSequence, long sentNanos) {}

    private final Map<String, Link> links = new HashMap<>();

    /** The newest registration of a node counts; an older connection of it is closed. */
    void registered(String node, RpcConnection connection, long nowNanos) {
        Link before = links.put(node, new Link(connection, 0, nowNanos));
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

    /** Sends {@code set} unless it is under way, or was adopted. */
    void push(String node, DesiredSet set, boolean adopted, ControlOptions options, long nowNanos) {
        Link link = links.get(node);
        if (link == null || !link.connection().isOpen()) {
            return;
        }
        boolean isNew = set.getStamp().getSequence() > link.sentSequence();
        Duration waited = Duration.ofNanos(nowNanos - link.sentNanos());
        boolean isLost = !adopted && waited.compareTo(options.resendAfter()) > 0;
        if (!isNew && !isLost) {
            return;
        }
        links.put(node, new Link(link.connection(), set.getStamp().getSequence(), nowNanos));
        link.connection().call(Protocol.DESIRED_SET, set, options.callTimeout()).whenComplete((ack, failure) -> {
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
