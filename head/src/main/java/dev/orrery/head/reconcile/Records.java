package dev.orrery.head.reconcile;

import com.google.protobuf.MessageLite;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.NameRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.store.RecordKey;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The records of the store in memory, in the order of their names. Copies share what neither changes. */
public final class Records {
    private NavigableMap<String, NodeRecord> nodes;
    private NavigableMap<String, NameRecord> names;
    private NavigableMap<String, ActorRecord> actors;
    private NavigableMap<String, PipelineRecord> pipelines;
    private NavigableMap<ReplicaName, ReplicaRecord> replicas;
    private NavigableMap<Long, WorldRecord> worlds;
    /** Whether a copy has the same maps, so that the next write must make its own. */
    private boolean shared = true;

    public Records() {
        this.nodes = Collections.emptyNavigableMap();
        this.names = Collections.emptyNavigableMap();
        this.actors = Collections.emptyNavigableMap();
        this.pipelines = Collections.emptyNavigableMap();
        this.replicas = Collections.emptyNavigableMap();
        this.worlds = Collections.emptyNavigableMap();
    }

    private Records(Records other) {
        this.nodes = other.nodes;
        this.names = other.names;
        this.actors = other.actors;
        this.pipelines = other.pipelines;
        this.replicas = other.replicas;
        this.worlds = other.worlds;
    }

    private record ReplicaName(String pipeline, String replica) implements Comparable<ReplicaName> {
        @Override
        public int compareTo(ReplicaName other) {
            int byPipeline = pipeline.compareTo(other.pipeline);
            return byPipeline != 0 ? byPipeline : replica.compareTo(other.replica);
        }
    }

    Records copy() {
        shared = true;
        return new Records(this);
    }

    public List<NodeRecord> nodes() {
        return List.copyOf(nodes.values());
    }

    public List<ActorRecord> actors() {
        return List.copyOf(actors.values());
    }

    public List<PipelineRecord> pipelines() {
        return List.copyOf(pipelines.values());
    }

    public List<ReplicaRecord> replicas() {
        return List.copyOf(replicas.values());
    }

    public List<WorldRecord> worlds() {
        return List.copyOf(worlds.values());
    }

    /** In the order of their names, DRAINING ones included. */
    public List<ReplicaRecord> replicas(String pipeline) {
        // The empty name comes before every replica's, and no pipeline's name holds a NUL.
        return List.copyOf(replicas.subMap(new ReplicaName(pipeline, ""), new ReplicaName(pipeline + "\0", ""))
                .values());
    }

    public Optional<NodeRecord> node(String name) {
        return Optional.ofNullable(nodes.get(name));
    }

    public List<NameRecord> names() {
        return List.copyOf(names.values());
    }

    /** In the default namespace. */
    public Optional<NameRecord> name(String name) {
        return Optional.ofNullable(names.get(path(new RecordKey.NameKey(RecordKey.NameKey.DEFAULT_NAMESPACE, name))));
    }

    public Optional<ActorRecord> actor(String id) {
        return Optional.ofNullable(actors.get(id));
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

    void apply(Write write) {
        if (shared) {
            nodes = new TreeMap<>(nodes);
            names = new TreeMap<>(names);
            actors = new TreeMap<>(actors);
            pipelines = new TreeMap<>(pipelines);
            replicas = new TreeMap<>(replicas);
            worlds = new TreeMap<>(worlds);
            shared = false;
        }
        applyOne(write);
    }

    public void apply(Collection<Write> writes) {
        writes.forEach(this::apply);
    }

    private void applyOne(Write write) {
        RecordKey key = write.key();
        if (key instanceof RecordKey.NodeKey node) {
            set(nodes, node.node(), write, NodeRecord.class);
        } else if (key instanceof RecordKey.NameKey name) {
            set(names, path(name), write, NameRecord.class);
        } else if (key instanceof RecordKey.ActorKey actor) {
            set(actors, actor.actor(), write, ActorRecord.class);
        } else if (key instanceof RecordKey.PipelineKey pipeline) {
            set(pipelines, pipeline.pipeline(), write, PipelineRecord.class);
        } else if (key instanceof RecordKey.ReplicaKey replica) {
            set(replicas, new ReplicaName(replica.pipeline(), replica.replica()), write, ReplicaRecord.class);
        } else if (key instanceof RecordKey.WorldKey world) {
            set(worlds, world.world(), write, WorldRecord.class);
        }
    }

    Optional<MessageLite> value(RecordKey key) {
        if (key instanceof RecordKey.NodeKey node) {
            return Optional.ofNullable(nodes.get(node.node()));
        } else if (key instanceof RecordKey.NameKey name) {
            return Optional.ofNullable(names.get(path(name)));
        } else if (key instanceof RecordKey.ActorKey actor) {
            return Optional.ofNullable(actors.get(actor.actor()));
        } else if (key instanceof RecordKey.PipelineKey pipeline) {
            return Optional.ofNullable(pipelines.get(pipeline.pipeline()));
        } else if (key instanceof RecordKey.ReplicaKey replica) {
            return Optional.ofNullable(replicas.get(new ReplicaName(replica.pipeline(), replica.replica())));
        } else if (key instanceof RecordKey.WorldKey world) {
            return Optional.ofNullable(worlds.get(world.world()));
        }
        throw new IllegalArgumentException("no record is called " + key);
    }

    private static String path(RecordKey.NameKey name) {
        return name.namespace() + "/" + name.name();
    }

    private static <K, R> void set(NavigableMap<K, R> records, K key, Write write, Class<R> type) {
        write.value().map(type::cast).ifPresentOrElse(record -> records.put(key, record), () -> records.remove(key));
    }
}
