package dev.orrery.worker.stage;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.GatewayEndpoint;
import dev.orrery.internal.proto.ReplicaAttach;
import dev.orrery.internal.proto.ReplicaNotice;
import dev.orrery.worker.ActorEnvironment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** One control link to each desired gateway. */
final class GatewayLinks implements Notices, AutoCloseable {
    private final ActorEnvironment environment;
    private final ReplicaAttach hello;
    private final GatewayLink.Listener listener;
    private final Map<ActorLife, GatewayLink> links = new ConcurrentHashMap<>();

    GatewayLinks(ActorEnvironment environment, ReplicaAttach hello, GatewayLink.Listener listener) {
        this.environment = environment;
        this.hello = hello;
        this.listener = listener;
    }

    /** Links to exactly these. */
    void desire(List<GatewayEndpoint> gateways) {
        links.values().removeIf(link -> {
            boolean drop = !gateways.contains(link.endpoint());
            if (drop) {
                link.leave(successor(link.endpoint().getLife(), gateways));
            }
            return drop;
        });
        for (GatewayEndpoint gateway : gateways) {
            if (!links.containsKey(gateway.getLife())) {
                GatewayLink link = new GatewayLink(gateway, hello, environment, listener);
                links.put(gateway.getLife(), link);
                link.start();
            }
        }
    }

    private static Optional<ActorLife> successor(ActorLife gateway, List<GatewayEndpoint> gateways) {
        return gateways.stream()
                .map(GatewayEndpoint::getLife)
                .filter(life ->
                        life.getActor().equals(gateway.getActor()) && life.getIncarnation() > gateway.getIncarnation())
                .findFirst();
    }

    @Override
    public void tell(ActorLife gateway, ReplicaNotice notice) {
        GatewayLink link = links.get(gateway);
        if (link != null) {
            link.tell(notice);
        }
    }

    @Override
    public void tellAll(ReplicaNotice notice) {
        links.values().forEach(link -> link.tell(notice));
    }

    boolean anyUp() {
        return links.values().stream().anyMatch(GatewayLink::isUp);
    }

    /** Without a farewell: the process ends, perhaps of a request. */
    @Override
    public void close() {
        links.values().forEach(GatewayLink::close);
        links.clear();
    }
}
