package dev.orrery.head.reconcile;

import com.google.protobuf.MessageLite;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.CheckpointRecord;
import dev.orrery.head.proto.JobRecord;
import dev.orrery.head.proto.NameRecord;
import dev.orrery.head.proto.NamespaceRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.store.RecordKey;
import java.util.Optional;

/**
 * A record's new value, or none to delete it.
 *
 * @param pipeline whose record it is; empty for a node's, and for those of plain actors
 */
public record Write(RecordKey key, String pipeline, Optional<MessageLite> value) {
    /** Whether what is planned for its pipeline, or for plain actors, may be another thing by it: no plan rests on what actors save. */
    public boolean isPlannedBy() {
        return !(key instanceof RecordKey.CheckpointKey);
    }

    public static Write put(NodeRecord node) {
        return new Write(new RecordKey.NodeKey(node.getNode()), "", Optional.of(node));
    }

    public static Write put(JobRecord job) {
        return new Write(key(job), "", Optional.of(job));
    }

    public static Write put(NamespaceRecord namespace) {
        return new Write(key(namespace), "", Optional.of(namespace));
    }

    public static Write put(NameRecord name) {
        return new Write(key(name), "", Optional.of(name));
    }

    public static Write put(ActorRecord actor) {
        return new Write(key(actor), actor.getPipeline(), Optional.of(actor));
    }

    public static Write put(CheckpointRecord checkpoint) {
        return new Write(key(checkpoint), "", Optional.of(checkpoint));
    }

    public static Write put(PipelineRecord pipeline) {
        return new Write(key(pipeline), pipeline.getSpec().getName(), Optional.of(pipeline));
    }

    static Write put(ReplicaRecord replica) {
        return new Write(key(replica), replica.getPipeline(), Optional.of(replica));
    }

    public static Write put(WorldRecord world) {
        return new Write(key(world), world.getPipeline(), Optional.of(world));
    }

    public static Write put(PlacementGroupRecord group) {
        return new Write(key(group), "", Optional.of(group));
    }

    static Write delete(JobRecord job) {
        return new Write(key(job), "", Optional.empty());
    }

    static Write delete(NamespaceRecord namespace) {
        return new Write(key(namespace), "", Optional.empty());
    }

    static Write delete(NameRecord name) {
        return new Write(key(name), "", Optional.empty());
    }

    static Write delete(ActorRecord actor) {
        return new Write(key(actor), actor.getPipeline(), Optional.empty());
    }

    static Write delete(CheckpointRecord checkpoint) {
        return new Write(key(checkpoint), "", Optional.empty());
    }

    static Write delete(PipelineRecord pipeline) {
        return new Write(key(pipeline), pipeline.getSpec().getName(), Optional.empty());
    }

    static Write delete(ReplicaRecord replica) {
        return new Write(key(replica), replica.getPipeline(), Optional.empty());
    }

    public static Write delete(WorldRecord world) {
        return new Write(key(world), world.getPipeline(), Optional.empty());
    }

    static Write delete(PlacementGroupRecord group) {
        return new Write(key(group), "", Optional.empty());
    }

    static RecordKey key(JobRecord job) {
        return new RecordKey.JobKey(job.getJob().getId());
    }

    static RecordKey key(NamespaceRecord namespace) {
        return new RecordKey.NamespaceKey(namespace.getNamespace());
    }

    static RecordKey key(NameRecord name) {
        return new RecordKey.NameKey(name.getNamespace(), name.getName());
    }

    static RecordKey key(ActorRecord actor) {
        return new RecordKey.ActorKey(actor.getActor());
    }

    static RecordKey key(CheckpointRecord checkpoint) {
        return new RecordKey.CheckpointKey(checkpoint.getActor());
    }

    static RecordKey key(PipelineRecord pipeline) {
        return new RecordKey.PipelineKey(pipeline.getSpec().getName());
    }

    static RecordKey key(ReplicaRecord replica) {
        return new RecordKey.ReplicaKey(replica.getPipeline(), replica.getReplica());
    }

    static RecordKey key(WorldRecord world) {
        return new RecordKey.WorldKey(world.getSpec().getId());
    }

    static RecordKey key(PlacementGroupRecord group) {
        return new RecordKey.PlacementGroupKey(group.getGroup());
    }
}
