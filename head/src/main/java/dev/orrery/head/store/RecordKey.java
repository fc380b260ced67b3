package dev.orrery.head.store;

import dev.orrery.head.store.RecordKey.ActorKey;
import dev.orrery.head.store.RecordKey.JobKey;
import dev.orrery.head.store.RecordKey.NameKey;
import dev.orrery.head.store.RecordKey.NodeKey;
import dev.orrery.head.store.RecordKey.PipelineKey;
import dev.orrery.head.store.RecordKey.PlacementGroupKey;
import dev.orrery.head.store.RecordKey.ReplicaKey;
import dev.orrery.head.store.RecordKey.WorldKey;

/** Names one record of the store. Where it lies in ZooKeeper is that package's business. */
public sealed interface RecordKey
        permits NodeKey, JobKey, NameKey, ActorKey, PipelineKey, ReplicaKey, WorldKey, PlacementGroupKey {

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

    /** The name of a plain actor within a namespace. */
    record NameKey(String namespace, String name) implements RecordKey {
        /** The only one so far. */
        public static final String DEFAULT_NAMESPACE = "default";

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

    record PipelineKey(String pipeline) implements RecordKey {
        @Override
        public String toString() {
            return "pipeline " + pipeline;
        }
    }

    /** A replica lies below its pipeline: created after it, deleted before it (or in the same commit, in that order). */
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
