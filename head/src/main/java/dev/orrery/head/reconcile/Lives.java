package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.CheckpointRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.PipelineState;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.internal.names.NameRules;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Checkpoint;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.proto.WorldMember;

/** Questions about records that several reconcilers ask. */
public final class Lives {
    private Lives() {}

    public static ActorLife lifeOf(ActorRecord actor) {
        return ActorLife.newBuilder()
                .setActor(actor.getActor())
                .setIncarnation(actor.getIncarnation())
                .build();
    }

    public static ActorState stateOf(ActorRecord actor) {
        return ActorState.valueOf(actor.getState());
    }

    public static ReplicaState stateOf(ReplicaRecord replica) {
        return ReplicaState.valueOf(replica.getState());
    }

    public static PipelineState stateOf(PipelineRecord pipeline) {
        return PipelineState.valueOf(pipeline.getState());
    }

    public static boolean isAlive(ActorRecord actor) {
        return stateOf(actor) == ActorState.ALIVE;
    }

    public static boolean isDraining(ReplicaRecord replica) {
        return stateOf(replica) == ReplicaState.DRAINING;
    }

    /** Whether it is there only to take the place of another, on a node that is being drained. */
    public static boolean isReplacement(ReplicaRecord replica) {
        return !replica.getReplaces().isEmpty();
    }

    /** Whether that life of it is over. */
    static boolean hasEnded(ActorRecord actor, ActorLife life) {
        ActorState state = stateOf(actor);
        return actor.getIncarnation() > life.getIncarnation()
                || state == ActorState.RESTARTING
                || state == ActorState.DEAD;
    }

    /** Whether a life of it takes room on its node. */
    public static boolean isPlaced(ActorRecord actor) {
        ActorState state = stateOf(actor);
        return !actor.getNode().isEmpty()
                && (state == ActorState.STARTING || state == ActorState.ALIVE || state == ActorState.DRAINING);
    }

    public static boolean isGateway(ActorRecord actor) {
        return actor.getStage().isEmpty() && !isPlain(actor);
    }

    /** Whether a driver started it by itself, not as part of a pipeline. */
    public static boolean isPlain(ActorRecord actor) {
        return actor.hasSpec();
    }

    /** Where the name of a plain actor is, if it has one, and where it gives and finds names itself. */
    public static String namespaceOf(ActorRecord actor) {
        return namespace(actor.getSpec().getNamespace());
    }

    /** @param given empty in what was written before there were any */
    public static String namespace(String given) {
        return given.isEmpty() ? NameRules.DEFAULT_NAMESPACE : given;
    }

    /** Without the state. */
    public static Checkpoint view(CheckpointRecord checkpoint) {
        return Checkpoint.newBuilder()
                .setIncarnation(checkpoint.getIncarnation())
                .setNumber(checkpoint.getNumber())
                .setBytes(checkpoint.getState().getSerializedSize())
                .build();
    }

    /** Whether a driver formed it of plain actors. */
    public static boolean isPlain(WorldRecord world) {
        return world.getPipeline().isEmpty();
    }

    /** Whether the pipeline should have a gateway, replicas and worlds. */
    public static boolean isWanted(PipelineRecord pipeline) {
        return switch (stateOf(pipeline)) {
            case DEPLOYING, RUNNING, SCALING, RECOVERING, DEGRADED -> true;
            case STOPPING, STOPPED, FAILED -> false;
        };
    }

    public static StageSpec stage(PipelineRecord pipeline, String name) {
        return pipeline.getSpec().getStagesList().stream()
                .filter(stage -> stage.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "pipeline " + pipeline.getSpec().getName() + " has no stage " + name));
    }

    /** The actor's life as a member of a world. */
    public static WorldMember member(int rank, ActorRecord actor) {
        return WorldMember.newBuilder()
                .setRank(rank)
                .setLife(lifeOf(actor))
                .setDataAddress(actor.getDataAddress())
                .setLabel(actor.getLabel())
                .build();
    }
}
