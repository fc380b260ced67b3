package dev.orrery.gateway.core;

import dev.orrery.internal.proto.GatewayEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last events, numbered from 1; each becomes an effect as well, so that it is logged. */
final class EventLog {
    private static final int CAPACITY = 1_000;

    private final Deque<GatewayEvent> events = new ArrayDeque<>();
    private final List<Effect> effects;
    private long lastNumber;

    EventLog(List<Effect> effects) {
        this.effects = effects;
    }

    void replicaAdded(ReplicaSlot slot, long nowNanos, String why) {
        add(about(slot, "REPLICA_ADDED", nowNanos, why));
    }

    void replicaRemoved(ReplicaSlot slot, long nowNanos, int replayed, String why) {
        add(about(slot, "REPLICA_REMOVED", nowNanos, why).setReplayed(replayed));
    }

    void edgeRemoved(long world, long nowNanos, int replayed, String why) {
        add(event("EDGE_REMOVED", nowNanos, why).setWorld(world).setReplayed(replayed));
    }

    void requestPoisoned(long nowNanos, String why) {
        add(event("REQUEST_POISONED", nowNanos, why));
    }

    void routingAdopted(RoutingSnapshot table, long nowNanos) {
        String what = "epoch %d version %d: %d replicas, %d edges"
                .formatted(
                        table.epoch(),
                        table.version(),
                        table.replicas().size(),
                        table.edges().size());
        add(event("ROUTING_ADOPTED", nowNanos, what));
    }

    List<GatewayEvent> after(long number) {
        if (number >= lastNumber) {
            return List.of();
        }
        return events.stream().filter(event -> event.getNumber() > number).toList();
    }

    private static GatewayEvent.Builder about(ReplicaSlot slot, String kind, long nowNanos, String why) {
        return event(kind, nowNanos, why)
                .setReplica(slot.name())
                .setLife(slot.life().toMessage());
    }

    private static GatewayEvent.Builder event(String kind, long nowNanos, String why) {
        return GatewayEvent.newBuilder()
                .setKind(kind)
                .setMonotonicNanos(nowNanos)
                .setWhy(why);
    }

    private void add(GatewayEvent.Builder event) {
        lastNumber++;
        GatewayEvent numbered = event.setNumber(lastNumber).build();
        events.addLast(numbered);
        if (events.size() > CAPACITY) {
            events.removeFirst();
        }
        effects.add(new Effect.Happened(numbered));
    }
}
