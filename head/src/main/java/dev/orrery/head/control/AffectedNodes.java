package dev.orrery.head.control;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.store.RecordKey;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The nodes whose desired sets may change with a record: to be asked before it changes, and after that. */
final class AffectedNodes {
    private final Records records;
    private final Set<String> nodes = new HashSet<>();

    private AffectedNodes(Records records) {
        this.records = records;
    }

    static Set<String> of(Records records, Collection<Write> writes) {
        AffectedNodes affected = new AffectedNodes(records);
        writes.forEach(write -> affected.by(write.key()));
        return affected.nodes;
    }

    /** Those of the gateways that follow the routing tables of these pipelines. */
    static Set<String> ofRouting(Records records, Collection<String> pipelines) {
        AffectedNodes affected = new AffectedNodes(records);
        pipelines.forEach(name -> affected.add(records.pipeline(name).flatMap(records::gateway)));
        return affected.nodes;
    }

    private void by(RecordKey key) {
        if (key instanceof RecordKey.ActorKey actor) {
            records.actor(actor.actor()).ifPresent(this::by);
        } else if (key instanceof RecordKey.WorldKey world) {
            records.world(world.world()).ifPresent(known -> known.getSpec()
                    .getMembersList()
                    .forEach(member -> add(records.actor(member.getLife().getActor()))));
        } else if (key instanceof RecordKey.PipelineKey pipeline) {
            addAll(pipeline.pipeline());
        }
    }

    private void by(ActorRecord actor) {
        add(Optional.of(actor));
        if (Lives.isGateway(actor)) {
            // All replicas are told where it is.
            addAll(actor.getPipeline());
        }
    }

    private void addAll(String pipeline) {
        records.actorsOf(pipeline).forEach(actor -> add(Optional.of(actor)));
    }

    private void add(Optional<ActorRecord> actor) {
        actor.filter(Lives::isPlaced).map(ActorRecord::getNode).ifPresent(nodes::add);
    }
}
