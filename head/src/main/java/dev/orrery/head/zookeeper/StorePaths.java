package dev.orrery.head.zookeeper;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
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
import dev.orrery.internal.names.NameRules;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Where everything lies: the only class that builds or reads paths. */
final class StorePaths {
    private static final String BASE = "/orrery";
    private static final int BUCKETS = 256;
    private static final String REPLICAS = "/replicas";

    private final String root;

    StorePaths(String cluster) {
        this.root = BASE + "/" + segment(cluster);
    }

    /** The chroot and what is above it, outermost first. */
    List<String> chroot() {
        return List.of(BASE, root);
    }

    String root() {
        return root;
    }

    String meta() {
        return root + "/meta";
    }

    String epoch() {
        return root + "/epoch";
    }

    String latch() {
        return root + "/heads/latch";
    }

    String live(String head) {
        return root + "/heads/live/" + segment(head);
    }

    /** Whoever writes a lost cluster back holds this. */
    String writeBack() {
        return root + "/heads/write-back";
    }

    /** Everything that is below the chroot for certain reasons of heads, not of the cluster. */
    String heads() {
        return root + "/heads";
    }

    /** Parents that hold nothing to lose. */
    List<String> headParents() {
        return List.of(root + "/heads", latch(), root + "/heads/live");
    }

    /** Parents of records, each after its own. */
    List<String> recordParents() {
        return Stream.of(
                        Stream.of(nodes(), jobs(), namespaces(), names(NameRules.DEFAULT_NAMESPACE), root + "/actors"),
                        actorBuckets().stream(),
                        Stream.of(pipelines(), root + "/worlds"),
                        worldBuckets().stream(),
                        laterParents().stream().flatMap(List::stream))
                .flatMap(paths -> paths)
                .toList();
    }

    /**
     * Those that clusters of earlier versions were begun without. Each list is made at once, its first before the others, so that
     * this tells whether all of it is there.
     */
    List<List<String>> laterParents() {
        return List.of(
                Stream.concat(Stream.of(checkpoints()), checkpointBuckets().stream())
                        .toList(),
                List.of(placementGroups()),
                List.of(lastCommit()));
    }

    /** Each commit sets it, so that its version counts them. */
    String lastCommit() {
        return root + "/last-commit";
    }

    String nodes() {
        return root + "/nodes";
    }

    String jobs() {
        return root + "/jobs";
    }

    String namespaces() {
        return root + "/names";
    }

    String names(String namespace) {
        return namespaces() + "/" + segment(namespace);
    }

    String pipelines() {
        return root + "/pipelines";
    }

    /** A cluster that an earlier version began lacks it until a leader has loaded. */
    String placementGroups() {
        return root + "/placement-groups";
    }

    List<String> actorBuckets() {
        return buckets(root + "/actors");
    }

    private String checkpoints() {
        return root + "/checkpoints";
    }

    List<String> checkpointBuckets() {
        return buckets(checkpoints());
    }

    List<String> worldBuckets() {
        return buckets(root + "/worlds");
    }

    String replicas(PipelineKey pipeline) {
        return path(pipeline) + REPLICAS;
    }

    String path(RecordKey key) {
        if (key instanceof NodeKey node) {
            return nodes() + "/" + segment(node.node());
        }
        if (key instanceof JobKey job) {
            return jobs() + "/" + segment(job.job());
        }
        if (key instanceof NamespaceKey namespace) {
            return names(namespace.namespace());
        }
        if (key instanceof NameKey name) {
            return names(name.namespace()) + "/" + segment(name.name());
        }
        if (key instanceof ActorKey actor) {
            return inBucket(root + "/actors", actor.actor());
        }
        if (key instanceof CheckpointKey checkpoint) {
            return inBucket(checkpoints(), checkpoint.actor());
        }
        if (key instanceof PipelineKey pipeline) {
            return pipelines() + "/" + segment(pipeline.pipeline());
        }
        if (key instanceof ReplicaKey replica) {
            return replicas(new PipelineKey(replica.pipeline())) + "/" + segment(replica.replica());
        }
        if (key instanceof PlacementGroupKey group) {
            return placementGroups() + "/" + segment(group.group());
        }
        WorldKey world = (WorldKey) key;
        return root + "/worlds/" + bucket(Long.hashCode(world.world())) + "/"
                + String.format(Locale.ROOT, "%016x", world.world());
    }

    static WorldKey worldKey(String name) {
        return new WorldKey(Long.parseUnsignedLong(name, 16));
    }

    private static String inBucket(String parent, String actor) {
        // String.hashCode() is part of the language's specification, so a path never moves.
        return parent + "/" + bucket(actor.hashCode()) + "/" + segment(actor);
    }

    private static List<String> buckets(String parent) {
        return IntStream.range(0, BUCKETS)
                .mapToObj(bucket -> parent + "/" + bucket(bucket))
                .toList();
    }

    private static String bucket(int hash) {
        return String.format(Locale.ROOT, "%02x", hash & (BUCKETS - 1));
    }

    private static String segment(String name) {
        boolean wrong = name.isEmpty()
                || name.equals(".")
                || name.equals("..")
                || name.chars().anyMatch(c -> c == '/' || c <= 0x1f || (c >= 0x7f && c <= 0x9f) || c >= 0xd800);
        if (wrong) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "'" + name + "' cannot be a name: use letters, digits, '-', '_' and '.'");
        }
        return name;
    }
}
