package dev.orrery.head.zookeeper;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
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
import dev.orrery.head.store.StoredState;
import dev.orrery.head.store.Versioned;
import dev.orrery.internal.names.NameRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;

/** Reads everything, many records with one call, and several calls at once. */
final class StateLoader {
    /** Records of the largest size, so many, are a quarter of what the client takes in one answer. */
    private static final int READS_PER_CALL = 128;
    /** So that server and client both have something to do; what lies between them is bounded by this. */
    private static final int CALLS_AT_ONCE = 8;

    private static final String LOAD = "load the records";

    private final BlockingCalls calls;
    private final StorePaths paths;
    private final Deadline deadline;

    StateLoader(BlockingCalls calls, StorePaths paths, Deadline deadline) {
        this.calls = calls;
        this.paths = paths;
        this.deadline = deadline;
    }

    StoredState load() {
        List<String> nodes = names(List.of(paths.nodes()));
        List<String> jobs = names(List.of(paths.jobs()));
        List<String> namespaces = names(List.of(paths.namespaces()));
        List<String> actors = names(paths.actorBuckets());
        List<String> checkpoints = names(paths.checkpointBuckets());
        List<String> worlds = names(paths.worldBuckets());
        List<String> groups = names(List.of(paths.placementGroups()));
        List<PipelineKey> pipelines =
                names(List.of(paths.pipelines())).stream().map(PipelineKey::new).toList();
        List<ReplicaKey> replicas = new ArrayList<>();
        List<List<String>> replicaNames =
                children(pipelines.stream().map(paths::replicas).toList());
        for (int i = 0; i < pipelines.size(); i++) {
            String pipeline = pipelines.get(i).pipeline();
            replicaNames.get(i).forEach(name -> replicas.add(new ReplicaKey(pipeline, name)));
        }
        return new StoredState(
                records(nodes.stream().map(NodeKey::new).toList(), NodeRecord.parser()),
                records(jobs.stream().map(JobKey::new).toList(), JobRecord.parser()),
                records(
                        namespaces.stream()
                                .filter(name -> !name.equals(NameRules.DEFAULT_NAMESPACE))
                                .map(NamespaceKey::new)
                                .toList(),
                        NamespaceRecord.parser()),
                records(namesIn(namespaces), NameRecord.parser()),
                records(actors.stream().map(ActorKey::new).toList(), ActorRecord.parser()),
                records(checkpoints.stream().map(CheckpointKey::new).toList(), CheckpointRecord.parser()),
                records(pipelines, PipelineRecord.parser()),
                records(replicas, ReplicaRecord.parser()),
                records(worlds.stream().map(StorePaths::worldKey).toList(), WorldRecord.parser()),
                records(groups.stream().map(PlacementGroupKey::new).toList(), PlacementGroupRecord.parser()));
    }

    private List<NameKey> namesIn(List<String> namespaces) {
        List<NameKey> keys = new ArrayList<>();
        List<List<String>> names =
                children(namespaces.stream().map(paths::names).toList());
        for (int i = 0; i < namespaces.size(); i++) {
            String namespace = namespaces.get(i);
            names.get(i).forEach(name -> keys.add(new NameKey(namespace, name)));
        }
        return keys;
    }

    private List<String> names(List<String> parents) {
        return children(parents).stream().flatMap(List::stream).toList();
    }

    private List<List<String>> children(List<String> parents) {
        List<List<String>> children = new ArrayList<>();
        for (OpResult result : read(parents, Op::getChildren)) {
            children.add(result instanceof OpResult.GetChildrenResult found ? found.getChildren() : List.of());
        }
        return children;
    }

    private <K extends RecordKey, R extends MessageLite> Map<K, Versioned<R>> records(List<K> keys, Parser<R> parser) {
        List<OpResult> results = read(keys.stream().map(paths::path).toList(), Op::getData);
        Map<K, Versioned<R>> records = new HashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            // One that went between the two reads was deleted by another leader: the epoch tells in the end.
            if (results.get(i) instanceof OpResult.GetDataResult found) {
                R record =
                        RecordCodec.decode(parser, found.getData(), keys.get(i).toString());
                records.put(keys.get(i), new Versioned<>(record, found.getStat().getVersion()));
            }
        }
        return records;
    }

    private List<OpResult> read(List<String> all, Function<String, Op> read) {
        return calls.read(all.stream().map(read).toList(), READS_PER_CALL, CALLS_AT_ONCE, deadline, LOAD);
    }
}
