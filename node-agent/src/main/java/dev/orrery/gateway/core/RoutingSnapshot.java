package dev.orrery.gateway.core;

import dev.orrery.internal.proto.RoutingTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A routing table as the head wrote it; ordered by epoch, then version. */
public record RoutingSnapshot(long epoch, long version, Map<Life, Replica> replicas, Map<Long, Edge> edges) {
    public static final RoutingSnapshot NONE = new RoutingSnapshot(0, 0, Map.of(), Map.of());

    /** @param name for people, e.g. {@code encode-back-2} */
    public record Replica(Life life, String name, String stage, int maxInFlight) {}

    /** A READY world between two neighbours; the gateway is at the outer ends. */
    public record Edge(long world, Life from, Life to) {
        boolean touches(Life life) {
            return from.equals(life) || to.equals(life);
        }
    }

    public static RoutingSnapshot of(long epoch, long version, List<Replica> replicas, List<Edge> edges) {
        Map<Life, Replica> byLife = new LinkedHashMap<>();
        replicas.forEach(replica -> byLife.put(replica.life(), replica));
        Map<Long, Edge> byWorld = new LinkedHashMap<>();
        edges.forEach(edge -> byWorld.put(edge.world(), edge));
        return new RoutingSnapshot(epoch, version, byLife, byWorld);
    }

    public static RoutingSnapshot of(RoutingTable message) {
        List<Replica> replicas = message.getReplicasList().stream()
                .map(replica -> new Replica(
                        Life.of(replica.getLife()),
                        replica.getReplica(),
                        replica.getStage(),
                        Math.max(1, replica.getMaxInFlight())))
                .toList();
        List<Edge> edges = message.getEdgesList().stream()
                .map(edge -> new Edge(edge.getWorld(), Life.of(edge.getFrom()), Life.of(edge.getTo())))
                .toList();
        return of(message.getEpoch(), message.getVersion(), replicas, edges);
    }

    boolean newerThan(RoutingSnapshot other) {
        return epoch != other.epoch ? epoch > other.epoch : version > other.version;
    }
}
