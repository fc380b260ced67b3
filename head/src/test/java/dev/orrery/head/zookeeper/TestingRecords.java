package dev.orrery.head.zookeeper;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.CheckpointRecord;
import dev.orrery.head.proto.NameRecord;
import dev.orrery.head.proto.NamespaceRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.store.Change;
import dev.orrery.head.store.RecordKey.ActorKey;
import dev.orrery.head.store.RecordKey.CheckpointKey;
import dev.orrery.head.store.RecordKey.NameKey;
import dev.orrery.head.store.RecordKey.NamespaceKey;
import dev.orrery.head.store.RecordKey.NodeKey;
import dev.orrery.head.store.RecordKey.PipelineKey;
import dev.orrery.head.store.RecordKey.PlacementGroupKey;
import dev.orrery.head.store.RecordKey.ReplicaKey;
import dev.orrery.head.store.RecordKey.WorldKey;
import dev.orrery.internal.proto.PipelineSpec;
import dev.orrery.internal.proto.WorldSpec;

/** Small records. */
final class TestingRecords {
    private TestingRecords() {}

    static NodeRecord node(String state, String operation) {
        return NodeRecord.newBuilder().setState(state).setOperation(operation).build();
    }

    static Change createNode(String name, String operation) {
        return new Change.Create(new NodeKey(name), node("ALIVE", operation));
    }

    static Change updateNode(String name, String state, int version, String operation) {
        return new Change.Update(new NodeKey(name), node(state, operation), version);
    }

    static Change createActor(String actor, String label, String operation) {
        return new Change.Create(
                new ActorKey(actor),
                ActorRecord.newBuilder()
                        .setActor(actor)
                        .setLabel(label)
                        .setOperation(operation)
                        .build());
    }

    static Change createCheckpoint(String actor, long number, String operation) {
        return new Change.Create(
                new CheckpointKey(actor),
                CheckpointRecord.newBuilder()
                        .setActor(actor)
                        .setNumber(number)
                        .setOperation(operation)
                        .build());
    }

    static Change createNamespace(String name, String operation) {
        return new Change.Create(
                new NamespaceKey(name),
                NamespaceRecord.newBuilder()
                        .setNamespace(name)
                        .setOperation(operation)
                        .build());
    }

    static Change createName(String namespace, String name, String actor, String operation) {
        return new Change.Create(
                new NameKey(namespace, name),
                NameRecord.newBuilder()
                        .setNamespace(namespace)
                        .setName(name)
                        .setActor(actor)
                        .setOperation(operation)
                        .build());
    }

    static Change createPipeline(String name, String operation) {
        return new Change.Create(
                new PipelineKey(name),
                PipelineRecord.newBuilder()
                        .setSpec(PipelineSpec.newBuilder().setName(name))
                        .setOperation(operation)
                        .build());
    }

    static Change createReplica(String pipeline, String replica, String operation) {
        return new Change.Create(
                new ReplicaKey(pipeline, replica),
                ReplicaRecord.newBuilder()
                        .setPipeline(pipeline)
                        .setReplica(replica)
                        .setOperation(operation)
                        .build());
    }

    static Change createWorld(long world, String operation) {
        return new Change.Create(
                new WorldKey(world),
                WorldRecord.newBuilder()
                        .setSpec(WorldSpec.newBuilder().setId(world))
                        .setOperation(operation)
                        .build());
    }

    static Change createPlacementGroup(String group, String operation) {
        return new Change.Create(
                new PlacementGroupKey(group),
                PlacementGroupRecord.newBuilder()
                        .setGroup(group)
                        .setOperation(operation)
                        .build());
    }
}
