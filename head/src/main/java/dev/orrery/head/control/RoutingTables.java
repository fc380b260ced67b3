package dev.orrery.head.control;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.reconcile.Edges;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.state.WorldState;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.RouteEdge;
import dev.orrery.internal.proto.RouteReplica;
import dev.orrery.internal.proto.RoutingTable;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Each pipeline's routing table, with a version that rises whenever its content changes. */
final class RoutingTables {
    /** @param leftAt the version that a life was first missing from */
    private record Versions(RoutingTable table, Map<ActorLife, Long> leftAt) {}

    private final long epoch;
    private final Map<String, Versions> pipelines = new HashMap<>();

    RoutingTables(long epoch) {
        this.epoch = epoch;
    }

    /** After a load, when anything may be other than before. */
    void refresh(Records records) {
        Set<String> all = new HashSet<>(pipelines.keySet());
        records.pipelines().forEach(pipeline -> all.add(pipeline.getSpec().getName()));
        refresh(records, all);
    }

    /** Of {@code names}; returns those whose table is another one now. */
    Set<String> refresh(Records records, Collection<String> names) {
        Set<String> changed = new HashSet<>();
        for (String name : names) {
            Versions before = pipelines.get(name);
            Versions now = records.pipeline(name)
                    .map(pipeline -> refreshed(records, pipeline, before))
                    .orElse(null);
            if (now == null) {
                pipelines.remove(name);
            } else if (before == null
                    || now.table().getVersion() > before.table().getVersion()) {
                pipelines.put(name, now);
                changed.add(name);
            }
        }
        return changed;
    }

    private Versions refreshed(Records records, PipelineRecord pipeline, Versions before) {
        List<WorldRecord> worlds = records.worldsOf(pipeline.getSpec().getName());
        RoutingTable table = build(records, pipeline, Edges.Ready.of(worlds), worlds);
        return before == null ? first(table) : next(records, before, table);
    }

    private Versions first(RoutingTable table) {
        return new Versions(table.toBuilder().setEpoch(epoch).setVersion(1).build(), Map.of());
    }

    private Versions next(Records records, Versions before, RoutingTable table) {
        RoutingTable.Builder old = before.table().toBuilder().clearEpoch().clearVersion();
        if (old.build().equals(table)) {
            return before;
        }
        long version = before.table().getVersion() + 1;
        Map<ActorLife, Long> leftAt = new HashMap<>(before.leftAt());
        before.table().getReplicasList().forEach(replica -> leftAt.putIfAbsent(replica.getLife(), version));
        table.getReplicasList().forEach(replica -> leftAt.remove(replica.getLife()));
        leftAt.keySet().removeIf(life -> records.actor(life.getActor()).isEmpty());
        return new Versions(
                table.toBuilder().setEpoch(epoch).setVersion(version).build(), leftAt);
    }

    private static RoutingTable build(
            Records records, PipelineRecord pipeline, Edges.Ready ready, List<WorldRecord> worlds) {
        RoutingTable.Builder table = RoutingTable.newBuilder();
        Set<ActorLife> ends = new HashSet<>();
        records.gateway(pipeline).ifPresent(gateway -> ends.add(Lives.lifeOf(gateway)));
        for (ReplicaRecord replica : records.replicas(pipeline.getSpec().getName())) {
            Optional<ActorLife> life = records.actorOf(replica)
                    .filter(actor -> Lives.isAlive(actor) && !Lives.isDraining(replica))
                    .map(Lives::lifeOf)
                    .filter(ready::onBothSides);
            life.ifPresent(serving -> {
                ends.add(serving);
                table.addReplicas(RouteReplica.newBuilder()
                        .setLife(serving)
                        .setReplica(replica.getReplica())
                        .setStage(replica.getStage())
                        .setMaxInFlight(
                                Lives.stage(pipeline, replica.getStage()).getMaxInFlight()));
            });
        }
        for (WorldRecord world : worlds) {
            ActorLife from = world.getSpec().getMembers(0).getLife();
            ActorLife to = world.getSpec().getMembers(1).getLife();
            if (WorldState.of(world.getState()) == WorldState.READY && ends.contains(from) && ends.contains(to)) {
                table.addEdges(RouteEdge.newBuilder()
                        .setWorld(world.getSpec().getId())
                        .setFrom(from)
                        .setTo(to));
            }
        }
        return table.build();
    }

    RoutingTable table(ActorRecord gateway) {
        Versions versions = pipelines.get(gateway.getPipeline());
        return versions == null ? RoutingTable.getDefaultInstance() : versions.table();
    }

    /** Whether a gateway that follows that table uses one without {@code life}. */
    boolean routesAround(String pipeline, ActorLife life, long routingEpoch, long routingVersion) {
        Versions versions = pipelines.get(pipeline);
        if (versions == null || routingEpoch != epoch) {
            return false;
        }
        boolean listed = versions.table().getReplicasList().stream()
                .anyMatch(replica -> replica.getLife().equals(life));
        return !listed && routingVersion >= versions.leftAt().getOrDefault(life, 1L);
    }
}
