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
import dev.orrery.head.state.ActorState;
import dev.orrery.head.store.RecordKey;
import dev.orrery.internal.proto.WorldMember;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The records of the store in memory, in the order of their names, found by what they belong to as well. Copies share what
 * neither changes, so one costs nothing.
 */
public final class Records {
    private SortedTree<String, NodeRecord> nodes;
    private SortedTree<String, JobRecord> jobs;
    private SortedTree<String, NamespaceRecord> namespaces;
    private SortedTree<Below, NameRecord> names;
    private SortedTree<String, ActorRecord> actors;
    private SortedTree<String, CheckpointRecord> checkpoints;
    private SortedTree<String, PipelineRecord> pipelines;
    private SortedTree<Below, ReplicaRecord> replicas;
    private SortedTree<Long, WorldRecord> worlds;
    private SortedTree<String, PlacementGroupRecord> placementGroups;
    /** By pipeline, the empty name for plain ones; by node; those that drain; and by what started them. */
    private SortedTree<Below, ActorRecord> actorsOf;

    private SortedTree<Below, ActorRecord> actorsOn;
    private SortedTree<String, ActorRecord> draining;
    private SortedTree<String, ActorRecord> actorsStartedBy;
    /** By pipeline, the empty name for plain ones; and by each member's actor. */
    private SortedTree<WorldOf, WorldRecord> worldsOf;

    private SortedTree<WorldOf, WorldRecord> worldsWith;
    private long checkpointBytes;

    /** A name below another one. */
    private record Below(String parent, String name) implements Comparable<Below> {
        @Override
        public int compareTo(Below other) {
            int byParent = parent.compareTo(other.parent);
            return byParent != 0 ? byParent : name.compareTo(other.name);
        }

        static <V> List<V> all(SortedTree<Below, V> records, String parent) {
            // The empty name comes before every other, and no name holds a NUL.
            return records.values(new Below(parent, ""), new Below(parent + "\0", ""));
        }
    }

    private record WorldOf(String owner, long world) implements Comparable<WorldOf> {
        @Override
        public int compareTo(WorldOf other) {
            int byOwner = owner.compareTo(other.owner);
            return byOwner != 0 ? byOwner : Long.compare(world, other.world);
        }

        static List<WorldRecord> all(SortedTree<WorldOf, WorldRecord> records, String owner) {
            return records.values(new WorldOf(owner, Long.MIN_VALUE), new WorldOf(owner + "\0", Long.MIN_VALUE));
        }
    }

    public Records() {
        this.nodes = SortedTree.empty();
        this.jobs = SortedTree.empty();
        this.namespaces = SortedTree.empty();
        this.names = SortedTree.empty();
        this.actors = SortedTree.empty();
        this.checkpoints = SortedTree.empty();
        this.pipelines = SortedTree.empty();
        this.replicas = SortedTree.empty();
        this.worlds = SortedTree.empty();
        this.placementGroups = SortedTree.empty();
        this.actorsOf = SortedTree.empty();
        this.actorsOn = SortedTree.empty();
        this.draining = SortedTree.empty();
        this.actorsStartedBy = SortedTree.empty();
        this.worldsOf = SortedTree.empty();
        this.worldsWith = SortedTree.empty();
    }

    private Records(Records other) {
        this.nodes = other.nodes;
        this.jobs = other.jobs;
        this.namespaces = other.namespaces;
        this.names = other.names;
        this.actors = other.actors;
        this.checkpoints = other.checkpoints;
        this.checkpointBytes = other.checkpointBytes;
        this.pipelines = other.pipelines;
        this.replicas = other.replicas;
        this.worlds = other.worlds;
        this.placementGroups = other.placementGroups;
        this.actorsOf = other.actorsOf;
        this.actorsOn = other.actorsOn;
        this.draining = other.draining;
        this.actorsStartedBy = other.actorsStartedBy;
        this.worldsOf = other.worldsOf;
        this.worldsWith = other.worldsWith;
    }

    Records copy() {
        return new Records(this);
    }

    public List<NodeRecord> nodes() {
        return nodes.values();
    }

    public List<ActorRecord> actors() {
        return actors.values();
    }

    public List<PipelineRecord> pipelines() {
        return pipelines.values();
    }

    public List<ReplicaRecord> replicas() {
        return replicas.values();
    }

    public List<WorldRecord> worlds() {
        return worlds.values();
    }

    public List<PlacementGroupRecord> placementGroups() {
        return placementGroups.values();
    }

    public Optional<PlacementGroupRecord> placementGroup(String id) {
        return Optional.ofNullable(placementGroups.get(id));
    }

    /** In the order of their names, DRAINING ones included. */
    public List<ReplicaRecord> replicas(String pipeline) {
        return Below.all(replicas, pipeline);
    }

    /** Of a pipeline, its gateway included; of the empty name, plain ones. */
    public List<ActorRecord> actorsOf(String pipeline) {
        return Below.all(actorsOf, pipeline);
    }

    /** Those that are placed on that node. */
    public List<ActorRecord> actorsOn(String node) {
        return Below.all(actorsOn, node);
    }

    /** Those that are DRAINING. */
    public List<ActorRecord> drainingActors() {
        return draining.values();
    }

    /** The plain one that was started by that operation of a client. */
    public Optional<ActorRecord> actorStartedBy(String operation) {
        return Optional.ofNullable(actorsStartedBy.get(operation));
    }

    /** Of a pipeline; of the empty name, those of plain actors. */
    public List<WorldRecord> worldsOf(String pipeline) {
        return WorldOf.all(worldsOf, pipeline);
    }

    /** Those that a life of that actor is a member of. */
    public List<WorldRecord> worldsWith(String actor) {
        return WorldOf.all(worldsWith, actor);
    }

    public Optional<NodeRecord> node(String name) {
        return Optional.ofNullable(nodes.get(name));
    }

    public List<JobRecord> jobs() {
        return jobs.values();
    }

    public Optional<JobRecord> job(String id) {
        return Optional.ofNullable(jobs.get(id));
    }

    public List<NameRecord> names() {
        return names.values();
    }

    /** Those that are in it. */
    public List<NameRecord> names(String namespace) {
        return Below.all(names, namespace);
    }

    public Optional<NameRecord> name(String namespace, String name) {
        return Optional.ofNullable(names.get(new Below(namespace, name)));
    }

    /** But for the default one, which is always there. */
    public List<NamespaceRecord> namespaces() {
        return namespaces.values();
    }

    public Optional<NamespaceRecord> namespace(String name) {
        return Optional.ofNullable(namespaces.get(name));
    }

    public Optional<ActorRecord> actor(String id) {
        return Optional.ofNullable(actors.get(id));
    }

    public List<CheckpointRecord> checkpoints() {
        return checkpoints.values();
    }

    public Optional<CheckpointRecord> checkpoint(String actor) {
        return Optional.ofNullable(checkpoints.get(actor));
    }

    /** The states of all of them. */
    public long checkpointBytes() {
        return checkpointBytes;
    }

    public Optional<PipelineRecord> pipeline(String name) {
        return Optional.ofNullable(pipelines.get(name));
    }

    public Optional<WorldRecord> world(long id) {
        return Optional.ofNullable(worlds.get(id));
    }

    /** The actor of a replica, unless it is gone. */
    public Optional<ActorRecord> actorOf(ReplicaRecord replica) {
        return actor(replica.getActor());
    }

    /** The pipeline's gateway, unless it was not created yet or is gone. */
    public Optional<ActorRecord> gateway(PipelineRecord pipeline) {
        return actor(pipeline.getGatewayActor());
    }

    public void apply(Collection<Write> writes) {
        writes.forEach(this::apply);
    }

    /** All of them, as writes that would make them anew. */
    public List<Write> all() {
        List<Write> all = new ArrayList<>();
        nodes.values().forEach(node -> all.add(Write.put(node)));
        jobs.values().forEach(job -> all.add(Write.put(job)));
        namespaces.values().forEach(namespace -> all.add(Write.put(namespace)));
        names.values().forEach(name -> all.add(Write.put(name)));
        actors.values().forEach(actor -> all.add(Write.put(actor)));
        checkpoints.values().forEach(checkpoint -> all.add(Write.put(checkpoint)));
        pipelines.values().forEach(pipeline -> all.add(Write.put(pipeline)));
        replicas.values().forEach(replica -> all.add(Write.put(replica)));
        worlds.values().forEach(world -> all.add(Write.put(world)));
        placementGroups.values().forEach(group -> all.add(Write.put(group)));
        return all;
    }

    void apply(Write write) {
        RecordKey key = write.key();
        if (key instanceof RecordKey.NodeKey node) {
            nodes = set(nodes, node.node(), write, NodeRecord.class);
        } else if (key instanceof RecordKey.JobKey job) {
            jobs = set(jobs, job.job(), write, JobRecord.class);
        } else if (key instanceof RecordKey.NamespaceKey namespace) {
            namespaces = set(namespaces, namespace.namespace(), write, NamespaceRecord.class);
        } else if (key instanceof RecordKey.NameKey name) {
            names = set(names, new Below(name.namespace(), name.name()), write, NameRecord.class);
        } else if (key instanceof RecordKey.ActorKey actor) {
            Optional<ActorRecord> before = actor(actor.actor());
            actors = set(actors, actor.actor(), write, ActorRecord.class);
            before.ifPresent(old -> index(old, SortedTree::without, SortedTree::without));
            actor(actor.actor())
                    .ifPresent(now -> index(now, (tree, at) -> tree.with(at, now), (tree, at) -> tree.with(at, now)));
        } else if (key instanceof RecordKey.CheckpointKey checkpoint) {
            checkpointBytes -= stateBytes(checkpoint.actor());
            checkpoints = set(checkpoints, checkpoint.actor(), write, CheckpointRecord.class);
            checkpointBytes += stateBytes(checkpoint.actor());
        } else if (key instanceof RecordKey.PipelineKey pipeline) {
            pipelines = set(pipelines, pipeline.pipeline(), write, PipelineRecord.class);
        } else if (key instanceof RecordKey.ReplicaKey replica) {
            replicas = set(replicas, new Below(replica.pipeline(), replica.replica()), write, ReplicaRecord.class);
        } else if (key instanceof RecordKey.WorldKey world) {
            Optional<WorldRecord> before = world(world.world());
            worlds = set(worlds, world.world(), write, WorldRecord.class);
            before.ifPresent(old -> index(old, SortedTree::without));
            world(world.world()).ifPresent(now -> index(now, (tree, at) -> tree.with(at, now)));
        } else if (key instanceof RecordKey.PlacementGroupKey group) {
            placementGroups = set(placementGroups, group.group(), write, PlacementGroupRecord.class);
        }
    }

    private long stateBytes(String actor) {
        return checkpoint(actor)
                .map(known -> known.getState().getSerializedSize())
                .orElse(0);
    }

    private void index(
            ActorRecord actor,
            BiFunction<SortedTree<Below, ActorRecord>, Below, SortedTree<Below, ActorRecord>> change,
            BiFunction<SortedTree<String, ActorRecord>, String, SortedTree<String, ActorRecord>> changeNamed) {
        actorsOf = change.apply(actorsOf, new Below(actor.getPipeline(), actor.getActor()));
        if (Lives.isPlaced(actor)) {
            actorsOn = change.apply(actorsOn, new Below(actor.getNode(), actor.getActor()));
        }
        if (Lives.stateOf(actor) == ActorState.DRAINING) {
            draining = changeNamed.apply(draining, actor.getActor());
        }
        if (!actor.getStartOperation().isEmpty()) {
            actorsStartedBy = changeNamed.apply(actorsStartedBy, actor.getStartOperation());
        }
    }

    private void index(
            WorldRecord world,
            BiFunction<SortedTree<WorldOf, WorldRecord>, WorldOf, SortedTree<WorldOf, WorldRecord>> change) {
        long id = world.getSpec().getId();
        worldsOf = change.apply(worldsOf, new WorldOf(world.getPipeline(), id));
        for (WorldMember member : world.getSpec().getMembersList()) {
            worldsWith = change.apply(worldsWith, new WorldOf(member.getLife().getActor(), id));
        }
    }

    public Optional<MessageLite> value(RecordKey key) {
        if (key instanceof RecordKey.NodeKey node) {
            return Optional.ofNullable(nodes.get(node.node()));
        } else if (key instanceof RecordKey.JobKey job) {
            return Optional.ofNullable(jobs.get(job.job()));
        } else if (key instanceof RecordKey.NamespaceKey namespace) {
            return Optional.ofNullable(namespaces.get(namespace.namespace()));
        } else if (key instanceof RecordKey.NameKey name) {
            return Optional.ofNullable(names.get(new Below(name.namespace(), name.name())));
        } else if (key instanceof RecordKey.ActorKey actor) {
            return Optional.ofNullable(actors.get(actor.actor()));
        } else if (key instanceof RecordKey.CheckpointKey checkpoint) {
            return Optional.ofNullable(checkpoints.get(checkpoint.actor()));
        } else if (key instanceof RecordKey.PipelineKey pipeline) {
            return Optional.ofNullable(pipelines.get(pipeline.pipeline()));
        } else if (key instanceof RecordKey.ReplicaKey replica) {
            return Optional.ofNullable(replicas.get(new Below(replica.pipeline(), replica.replica())));
        } else if (key instanceof RecordKey.WorldKey world) {
            return Optional.ofNullable(worlds.get(world.world()));
        } else if (key instanceof RecordKey.PlacementGroupKey group) {
            return Optional.ofNullable(placementGroups.get(group.group()));
        }
        throw new IllegalArgumentException("no record is called " + key);
    }

    private static <K extends Comparable<K>, R> SortedTree<K, R> set(
            SortedTree<K, R> records, K key, Write write, Class<R> type) {
        return write.value()
                .map(type::cast)
                .map(record -> records.with(key, record))
                .orElseGet(() -> records.without(key));
    }
}
