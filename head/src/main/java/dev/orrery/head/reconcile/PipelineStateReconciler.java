package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.PipelineEvent;
import dev.orrery.head.state.PipelineState;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.StageSpec;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Says of each pipeline what it is doing, by its gateway and replicas. */
public final class PipelineStateReconciler implements Reconciler {
    @Override
    public void reconcile(Draft draft) {
        for (PipelineRecord pipeline : draft.pipelines()) {
            if (Lives.isWanted(pipeline)) {
                follow(draft, pipeline);
            }
        }
    }

    private static void follow(Draft draft, PipelineRecord pipeline) {
        List<ReplicaRecord> replicas =
                draft.records().replicas(pipeline.getSpec().getName());
        Optional<ActorRecord> dead = deadActor(draft, pipeline, replicas);
        if (dead.isPresent()) {
            Failure failure = Causes.leadingTo(dead.get(), consequence(pipeline, dead.get()));
            PipelineRecord told = pipeline.hasFailure()
                    ? pipeline
                    : pipeline.toBuilder().setFailure(failure).build();
            draft.fire(told, PipelineEvent.ACTOR_DEAD, Causes.summary(failure));
        } else if (isSettled(draft, pipeline, replicas)
                || (Lives.stateOf(pipeline) == PipelineState.RUNNING && servesAsWanted(draft, pipeline, replicas))) {
            draft.fire(
                    pipeline.toBuilder().clearFailure().build(), PipelineEvent.SETTLED, "all of it serves as wanted");
        } else {
            draft.fire(pipeline, PipelineEvent.UNSETTLED, "not all of it serves as wanted");
        }
    }

    private static Optional<ActorRecord> deadActor(Draft draft, PipelineRecord pipeline, List<ReplicaRecord> replicas) {
        Stream<ActorRecord> wanted = replicas.stream()
                .filter(replica -> !Lives.isDraining(replica) && !Lives.isReplacement(replica))
                .flatMap(replica -> draft.records().actorOf(replica).stream());
        return Stream.concat(draft.records().gateway(pipeline).stream(), wanted)
                .filter(actor -> Lives.stateOf(actor) == ActorState.DEAD)
                .findFirst();
    }

    private static Failure consequence(PipelineRecord pipeline, ActorRecord dead) {
        return Causes.of(
                "restarts",
                "%s stays down: %d crashes within %d s, %d restarts are allowed"
                        .formatted(
                                dead.getLabel(),
                                dead.getRestarts(),
                                pipeline.getSpec().getPolicy().getRestartWindowMillis() / 1000,
                                pipeline.getSpec().getPolicy().getMaxRestarts()));
    }

    private static boolean isSettled(Draft draft, PipelineRecord pipeline, List<ReplicaRecord> all) {
        List<ReplicaRecord> replicas =
                all.stream().filter(replica -> !Lives.isReplacement(replica)).toList();
        return isGatewayAlive(draft, pipeline)
                && replicas.stream().allMatch(PipelineStateReconciler::serves)
                && pipeline.getSpec().getStagesList().stream()
                        .allMatch(stage -> count(replicas, stage) == stage.getReplicas());
    }

    /** Replicas that move to another node, one after the other replaced first, leave a pipeline RUNNING. */
    private static boolean servesAsWanted(Draft draft, PipelineRecord pipeline, List<ReplicaRecord> replicas) {
        List<ReplicaRecord> serving =
                replicas.stream().filter(PipelineStateReconciler::serves).toList();
        return isGatewayAlive(draft, pipeline)
                && pipeline.getSpec().getStagesList().stream()
                        .allMatch(stage -> count(serving, stage) >= stage.getReplicas());
    }

    private static boolean isGatewayAlive(Draft draft, PipelineRecord pipeline) {
        return draft.records().gateway(pipeline).filter(Lives::isAlive).isPresent();
    }

    private static boolean serves(ReplicaRecord replica) {
        return Lives.stateOf(replica) == ReplicaState.SERVING;
    }

    private static long count(List<ReplicaRecord> replicas, StageSpec stage) {
        return replicas.stream()
                .filter(replica -> replica.getStage().equals(stage.getName()))
                .count();
    }
}
