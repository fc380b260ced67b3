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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Each pipeline's routing table, with a version that rises whenever its content changes. */
final class RoutingTables {
    /** @param leftAt the version that a life was first missing from */
    private record Versions(RoutingTable table, Map<ActorLife, Long> leftAt) {}

    private final long epoch;
    private final Map<String, Versions> pipelines = new HashMap<>();

    RoutingTables(long epoch) {
        this.epoch = epoch;
    }

    void refresh(Records records) {
        Edges.Ready ready = Edges.Ready.of(records);
        Map<String, List<WorldRecord>> worlds =
                records.worlds().stream().collect(Collectors.groupingBy(WorldRecord::getPipeline));
        Set<String> present = new HashSet<>();
        for (PipelineRecord pipeline : records.pipelines()) {
            String name = pipeline.getSpec().getName();
            present.add(name);
            RoutingTable table = build(records, pipeline, ready, worlds.getOrDefault(name, List.of()));
            pipelines.merge(name, first(table), (before, now) -> next(records, before, table));
        }
        pipelines.keySet().retainAll(present);
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
