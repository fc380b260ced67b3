package dev.orrery.head.zookeeper;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
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

/** Records as bytes, and the operation that wrote them. */
final class RecordCodec {
    private RecordCodec() {}

    /** The operation that {@code record} says it is changed by. */
    static String operation(RecordKey key, MessageLite record) {
        String operation = null;
        if (key instanceof NodeKey && record instanceof NodeRecord node) {
            operation = node.getOperation();
        } else if (key instanceof JobKey && record instanceof JobRecord job) {
            operation = job.getOperation();
        } else if (key instanceof NamespaceKey && record instanceof NamespaceRecord namespace) {
            operation = namespace.getOperation();
        } else if (key instanceof NameKey && record instanceof NameRecord name) {
            operation = name.getOperation();
        } else if (key instanceof ActorKey && record instanceof ActorRecord actor) {
            operation = actor.getOperation();
        } else if (key instanceof CheckpointKey && record instanceof CheckpointRecord checkpoint) {
            operation = checkpoint.getOperation();
        } else if (key instanceof PipelineKey && record instanceof PipelineRecord pipeline) {
            operation = pipeline.getOperation();
        } else if (key instanceof ReplicaKey && record instanceof ReplicaRecord replica) {
            operation = replica.getOperation();
        } else if (key instanceof WorldKey && record instanceof WorldRecord world) {
            operation = world.getOperation();
        } else if (key instanceof PlacementGroupKey && record instanceof PlacementGroupRecord group) {
            operation = group.getOperation();
        }
        if (operation == null || operation.isEmpty()) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "the record of " + key + " is of another kind, or carries no operation");
        }
        return operation;
    }

    static MessageLite decode(RecordKey key, byte[] bytes) {
        return decode(parser(key), bytes, key.toString());
    }

    static <T> T decode(Parser<T> parser, byte[] bytes, String where) {
        try {
            return parser.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw OrreryException.of(ErrorCode.INTERNAL, "what ZooKeeper holds for " + where + " is no record", e);
        }
    }

    private static Parser<? extends MessageLite> parser(RecordKey key) {
        if (key instanceof NodeKey) {
            return NodeRecord.parser();
        }
        if (key instanceof JobKey) {
            return JobRecord.parser();
        }
        if (key instanceof NamespaceKey) {
            return NamespaceRecord.parser();
        }
        if (key instanceof NameKey) {
            return NameRecord.parser();
        }
        if (key instanceof ActorKey) {
            return ActorRecord.parser();
        }
        if (key instanceof CheckpointKey) {
            return CheckpointRecord.parser();
        }
        if (key instanceof PipelineKey) {
            return PipelineRecord.parser();
        }
        if (key instanceof ReplicaKey) {
            return ReplicaRecord.parser();
        }
        return key instanceof PlacementGroupKey ? PlacementGroupRecord.parser() : WorldRecord.parser();
    }
}
