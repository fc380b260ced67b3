package dev.orrery.head.reconcile;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.JobRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.state.ActorEvent;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.JobEvent;
import dev.orrery.head.state.JobState;
import dev.orrery.head.state.NodeEvent;
import dev.orrery.head.state.NodeState;
import dev.orrery.head.state.PipelineEvent;
import dev.orrery.head.state.PipelineState;
import dev.orrery.head.state.PlacementGroupEvent;
import dev.orrery.head.state.PlacementGroupState;
import dev.orrery.head.state.ReplicaEvent;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.head.state.StateTables;
import dev.orrery.head.state.WorldEvent;
import dev.orrery.head.state.WorldState;
import dev.orrery.head.store.RecordKey;
import dev.orrery.internal.fsm.TransitionTable;
import dev.orrery.internal.fsm.TransitionTable.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;

/**
 * A plan in the making: the state as it will be once the plan is committed. Its {@code fire} methods are the only way a
 * record gets another state.
 */
public final class Draft {
    private final ClusterState base;
    private final Scope scope;
    private final long nowNanos;
    private final Records records;
    private final Map<RecordKey, Write> writes = new LinkedHashMap<>();
    private final List<Note> notes = new ArrayList<>();
    private final Set<Note.Edge> failedEdges = new HashSet<>();
    private final List<Plan.Reason> reasons = new ArrayList<>();

    /** Of a plan that looks at everything. */
    public Draft(ClusterState base, long nowNanos) {
        this(base, Scope.everything(), nowNanos);
    }

    public Draft(ClusterState base, Scope scope, long nowNanos) {
        this.base = base;
        this.scope = scope;
        this.nowNanos = nowNanos;
        this.records = base.records().copy();
    }

    /** The records with this draft's writes. */
    public Records records() {
        return records;
    }

    /** The pipelines that the plan looks at; {@link Scope#PLAIN} among them where it looks at what belongs to none. */
    public Collection<String> names() {
        return scope.names(records);
    }

    boolean looksAt(String pipeline) {
        return scope.contains(pipeline);
    }

    /** Those of {@link #names()} that have a record. */
    List<PipelineRecord> pipelines() {
        return names().stream().flatMap(name -> records.pipeline(name).stream()).toList();
    }

    /** Of {@link #names()}. */
    List<ReplicaRecord> replicas() {
        return names().stream().flatMap(name -> records.replicas(name).stream()).toList();
    }

    /** Of {@link #names()}. */
    List<ActorRecord> actors() {
        return names().stream().flatMap(name -> records.actorsOf(name).stream()).toList();
    }

    public long nowNanos() {
        return nowNanos;
    }

    public Settings settings() {
        return base.settings();
    }

    public Observed observed() {
        return base.observed();
    }

    Memory memory() {
        return base.memory();
    }

    Told told() {
        return base.told();
    }

    Ids ids() {
        return base.ids();
    }

    /** One that never recurs. */
    public String nextActorId() {
        return ids().nextActor();
    }

    /** One that never recurs. */
    public String nextPlacementGroupId() {
        return ids().nextPlacementGroup();
    }

    /** One that never recurs. */
    public long nextWorldId() {
        return ids().nextWorld();
    }

    long epoch() {
        return base.epoch();
    }

    long takenOverNanos() {
        return base.takenOverNanos();
    }

    /** Only what differs from the state that the draft began with. */
    public Plan plan() {
        List<Write> changed = writes.entrySet().stream()
                .filter(write -> !base.records()
                        .value(write.getKey())
                        .equals(write.getValue().value()))
                .map(Entry::getValue)
                .toList();
        return new Plan(changed, notes, reasons);
    }

    public void write(Write write) {
        writes.put(write.key(), write);
        records.apply(write);
        if (write.isPlannedBy() && !(write.key() instanceof RecordKey.NodeKey)) {
            scope.add(write.pipeline());
        }
    }

    void note(Note note) {
        notes.add(note);
        if (note instanceof Note.EdgeFailed failed) {
            failedEdges.add(failed.edge());
        }
    }

    /** Whether this draft itself notes a failure of that edge. */
    boolean failedNow(Note.Edge edge) {
        return failedEdges.contains(edge);
    }

    /** A line for the log, about something of {@code pipeline}. */
    public void reason(String pipeline, String line) {
        reasons.add(new Plan.Reason(pipeline, line));
    }

    public NodeRecord fire(NodeRecord node, NodeEvent event, String why) {
        NodeState from = NodeState.valueOf(node.getState());
        NodeState to = next(StateTables.NODE, from, event, node.getNode());
        if (from == to) {
            return node;
        }
        NodeRecord moved = node.toBuilder().setState(to.name()).build();
        write(Write.put(moved));
        moved("", "node " + node.getNode(), from, to, why);
        // It changes what becomes of the actors there.
        records.actorsOn(node.getNode()).forEach(actor -> scope.add(actor.getPipeline()));
        if (PlacementGroups.reservedOn(records, node.getNode()).findAny().isPresent()) {
            scope.add(Scope.PLAIN);
        }
        return moved;
    }

    public ActorRecord fire(ActorRecord actor, ActorEvent event, String why) {
        ActorState from = ActorState.valueOf(actor.getState());
        String name = "actor " + actor.getLabel() + " " + actor.getActor() + "#" + actor.getIncarnation();
        ActorState to = next(StateTables.ACTOR, from, event, name);
        if (from == to) {
            return actor;
        }
        ActorRecord moved = actor.toBuilder().setState(to.name()).build();
        write(Write.put(moved));
        moved(actor.getPipeline(), name, from, to, why);
        return moved;
    }

    public JobRecord fire(JobRecord job, JobEvent event, String why) {
        JobState from = JobState.valueOf(job.getState());
        JobState to = next(StateTables.JOB, from, event, "job " + job.getJob().getId());
        if (from == to) {
            return job;
        }
        JobRecord moved = job.toBuilder().setState(to.name()).build();
        write(Write.put(moved));
        moved("", "job " + job.getJob().getId(), from, to, why);
        return moved;
    }

    /** One that was REMOVED keeps its record for a while, which tells why. */
    public PlacementGroupRecord fire(PlacementGroupRecord group, PlacementGroupEvent event, String why) {
        PlacementGroupState from = PlacementGroups.stateOf(group);
        String name = PlacementGroups.describe(group);
        PlacementGroupState to = next(StateTables.PLACEMENT_GROUP, from, event, name);
        if (from == to) {
            return group;
        }
        PlacementGroupRecord moved = group.toBuilder().setState(to.name()).build();
        write(Write.put(moved));
        moved("", name, from, to, why);
        return moved;
    }

    public ReplicaRecord fire(ReplicaRecord replica, ReplicaEvent event, String why) {
        ReplicaState from = ReplicaState.valueOf(replica.getState());
        String name = "replica " + replica.getPipeline() + "/" + replica.getReplica();
        ReplicaState to = next(StateTables.REPLICA, from, event, name);
        if (from == to) {
            return replica;
        }
        ReplicaRecord moved = replica.toBuilder().setState(to.name()).build();
        write(to == ReplicaState.GONE ? Write.delete(moved) : Write.put(moved));
        moved(replica.getPipeline(), name, from, to, why);
        return moved;
    }

    /** A world that ended has no record any more, but for a BROKEN one of plain actors, which tells its driver why. */
    public WorldRecord fire(WorldRecord world, WorldEvent event, String why) {
        WorldState from = WorldState.of(world.getState());
        String name = "world " + Long.toHexString(world.getSpec().getId());
        WorldState to = next(StateTables.WORLD, from, event, name);
        if (from == to) {
            return world;
        }
        WorldRecord moved = world.toBuilder().setState(to.toMessage()).build();
        boolean ended = to == WorldState.CLOSED || (to == WorldState.BROKEN && !Lives.isPlain(world));
        write(ended ? Write.delete(moved) : Write.put(moved));
        moved(world.getPipeline(), name, from, to, why);
        return moved;
    }

    public PipelineRecord fire(PipelineRecord pipeline, PipelineEvent event, String why) {
        PipelineState from = PipelineState.valueOf(pipeline.getState());
        String name = pipeline.getSpec().getName();
        PipelineState to = next(StateTables.PIPELINE, from, event, "pipeline " + name);
        if (from == to) {
            return pipeline;
        }
        PipelineRecord moved = pipeline.toBuilder().setState(to.name()).build();
        write(to == PipelineState.STOPPED ? Write.delete(moved) : Write.put(moved));
        moved(name, "pipeline " + name, from, to, why);
        return moved;
    }

    private void moved(String pipeline, String name, Enum<?> from, Enum<?> to, String why) {
        reason(pipeline, name + ": " + from + " -> " + to + " (" + why + ")");
    }

    private static <S extends Enum<S>, E extends Enum<E>> S next(
            TransitionTable<S, E> table, S from, E event, String name) {
        Outcome<S> outcome = table.on(from, event);
        if (outcome instanceof Outcome.Refuse<S> refused) {
            throw OrreryException.of(
                    ErrorCode.INTERNAL,
                    "%s: %s is refused in state %s: %s".formatted(name, event, from, refused.why()));
        }
        return outcome instanceof Outcome.Go<S> go ? go.to() : from;
    }
}
