package dev.orrery.head.store;

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

/** Names one record of the store. Where it lies in ZooKeeper is that package's business. */
public sealed interface RecordKey
        permits NodeKey,
                JobKey,
                NamespaceKey,
                NameKey,
                ActorKey,
                CheckpointKey,
                PipelineKey,
                ReplicaKey,
                WorldKey,
                PlacementGroupKey {
    /** Whether other records lie below it: created after it, deleted before it (or in the same commit, in that order). */
    default boolean isParent() {
        return this instanceof NamespaceKey || this instanceof PipelineKey;
    }

    record NodeKey(String node) implements RecordKey {
        @Override
        public String toString() {
            return "node " + node;
        }
    }

    record JobKey(String job) implements RecordKey {
        @Override
        public String toString() {
            return "job " + job;
        }
    }

    /** Any but the default one, which is always there and has no record. */
    record NamespaceKey(String namespace) implements RecordKey {
        @Override
        public String toString() {
            return "namespace " + namespace;
        }
    }

    /** The name of a plain actor; below its namespace. */
    record NameKey(String namespace, String name) implements RecordKey {
        @Override
        public String toString() {
            return "name " + namespace + "/" + name;
        }
    }

    record ActorKey(String actor) implements RecordKey {
        @Override
        public String toString() {
            return "actor " + actor;
        }
    }

    /** What that actor saved. */
    record CheckpointKey(String actor) implements RecordKey {
        @Override
        public String toString() {
            return "checkpoint of actor " + actor;
        }
    }

    record PipelineKey(String pipeline) implements RecordKey {
        @Override
        public String toString() {
            return "pipeline " + pipeline;
        }
    }

    /** Below its pipeline. */
    record ReplicaKey(String pipeline, String replica) implements RecordKey {
        @Override
        public String toString() {
            return "replica " + pipeline + "/" + replica;
        }
    }

    record WorldKey(long world) implements RecordKey {
        @Override
        public String toString() {
            return "world " + Long.toHexString(world);
        }
    }

    record PlacementGroupKey(String group) implements RecordKey {
        @Override
        public String toString() {
            return "placement group " + group;
        }
    }
}
