package dev.orrery.head.store;

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
import dev.orrery.head.store.RecordKey.ActorKey;
import dev.orrery.head.store.RecordKey.CheckpointKey;
import dev.orrery.head.store.RecordKey.JobKey;
import dev.orrery.head.store.RecordKey.NameKey;
import dev.orrery.head.store.RecordKey.NamespaceKey;
import dev.orrery.head.store.RecordKey.NodeKey;
import dev.orrery.head.store.RecordKey.PipelineKey;
import dev.orrery.head.store.RecordKey.PlacementGroupKey;
import dev.orrery.head.store.RecordKey.ReplicaKey;
import dev.orrery.head.store.RecordKey.WorldKey;
import java.util.Map;
import java.util.function.BiConsumer;

/** Every record of the cluster. */
public record StoredState(
        Map<NodeKey, Versioned<NodeRecord>> nodes,
        Map<JobKey, Versioned<JobRecord>> jobs,
        Map<NamespaceKey, Versioned<NamespaceRecord>> namespaces,
        Map<NameKey, Versioned<NameRecord>> names,
        Map<ActorKey, Versioned<ActorRecord>> actors,
        Map<CheckpointKey, Versioned<CheckpointRecord>> checkpoints,
        Map<PipelineKey, Versioned<PipelineRecord>> pipelines,
        Map<ReplicaKey, Versioned<ReplicaRecord>> replicas,
        Map<WorldKey, Versioned<WorldRecord>> worlds,
        Map<PlacementGroupKey, Versioned<PlacementGroupRecord>> placementGroups) {
    public StoredState {
        nodes = Map.copyOf(nodes);
        jobs = Map.copyOf(jobs);
        namespaces = Map.copyOf(namespaces);
        names = Map.copyOf(names);
        actors = Map.copyOf(actors);
        checkpoints = Map.copyOf(checkpoints);
        pipelines = Map.copyOf(pipelines);
        replicas = Map.copyOf(replicas);
        worlds = Map.copyOf(worlds);
        placementGroups = Map.copyOf(placementGroups);
    }

    /** Kind by kind. */
    public void forEach(BiConsumer<RecordKey, Versioned<? extends MessageLite>> visitor) {
        nodes.forEach(visitor);
        jobs.forEach(visitor);
        namespaces.forEach(visitor);
        names.forEach(visitor);
        actors.forEach(visitor);
        checkpoints.forEach(visitor);
        pipelines.forEach(visitor);
        replicas.forEach(visitor);
        worlds.forEach(visitor);
        placementGroups.forEach(visitor);
    }
}
