package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.state.ActorEvent;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.PipelineEvent;
import dev.orrery.head.state.ReplicaEvent;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.internal.proto.StageSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Gives each pipeline its gateway and as many replicas as it wants, and takes away what it does not want. */
public final class PipelineReconciler implements Reconciler {
    /** Bounds one plan; the next one goes on. */
    private static final int MAX_NEW_REPLICAS = 64;

    /** The first to go: what serves nobody, then the highest number; but before all what would have to move anyway. */
    private static final Comparator<ReplicaRecord> VICTIMS_FIRST = Comparator.comparing(
                    (ReplicaRecord replica) -> Lives.stateOf(replica) == ReplicaState.SERVING)
            .thenComparing(PipelineReconciler::number, Comparator.reverseOrder());

    @Override
    public void reconcile(Draft draft) {
        for (PipelineRecord pipeline : draft.pipelines()) {
            switch (Lives.stateOf(pipeline)) {
                case DEPLOYING, RUNNING, SCALING, RECOVERING, DEGRADED -> populate(draft, pipeline);
                case STOPPING -> stop(draft, pipeline);
                case FAILED -> release(draft, pipeline);
                case STOPPED -> {}
            }
        }
    }

    private static void populate(Draft draft, PipelineRecord pipeline) {
        if (pipeline.getGatewayActor().isEmpty()) {
            ActorRecord gateway = newActor(draft, pipeline, "", "gateway");
            draft.write(Write.put(
                    pipeline.toBuilder().setGatewayActor(gateway.getActor()).build()));
        }
        int room = MAX_NEW_REPLICAS;
        List<ReplicaRecord> all = draft.records().replicas(pipeline.getSpec().getName());
        for (StageSpec stage : pipeline.getSpec().getStagesList()) {
            List<ReplicaRecord> replicas = all.stream()
                    .filter(replica -> replica.getStage().equals(stage.getName()))
                    .toList();
            List<ReplicaRecord> kept = replicas.stream()
                    .filter(replica -> !Lives.isDraining(replica) && !Lives.isReplacement(replica))
                    .toList();
            int missing = Math.min(stage.getReplicas() - kept.size(), room);
            if (missing > 0) {
                grow(draft, pipeline, replicas, stage, missing);
                room -= missing;
            } else if (missing < 0) {
                shrink(draft, kept, -missing);
            }
        }
    }

    /** The lowest free numbers from 1; a number is free again only once its replica is gone. */
    private static void grow(
            Draft draft, PipelineRecord pipeline, List<ReplicaRecord> replicas, StageSpec stage, int missing) {
        Set<Integer> taken = replicas.stream().map(PipelineReconciler::number).collect(Collectors.toSet());
        int number = 0;
        for (int i = 0; i < missing; i++) {
            do {
                number++;
            } while (taken.contains(number));
            draft.write(Write.put(newReplica(draft, pipeline, stage.getName(), number)));
        }
    }

    /** One that takes the place of {@code replaced} once it serves. */
    static ReplicaRecord replacement(Draft draft, PipelineRecord pipeline, ReplicaRecord replaced) {
        Set<Integer> taken = draft.records().replicas(pipeline.getSpec().getName()).stream()
                .filter(replica -> replica.getStage().equals(replaced.getStage()))
                .map(PipelineReconciler::number)
                .collect(Collectors.toSet());
        int number = 1;
        while (taken.contains(number)) {
            number++;
        }
        ReplicaRecord replacement = newReplica(draft, pipeline, replaced.getStage(), number).toBuilder()
                .setReplaces(replaced.getReplica())
                .build();
        draft.write(Write.put(replacement));
        return replacement;
    }

    /** Its actor is written already. */
    private static ReplicaRecord newReplica(Draft draft, PipelineRecord pipeline, String stage, int number) {
        String name = stage + "-" + number;
        ActorRecord actor = newActor(draft, pipeline, stage, name);
        return ReplicaRecord.newBuilder()
                .setPipeline(pipeline.getSpec().getName())
                .setReplica(name)
                .setStage(stage)
                .setActor(actor.getActor())
                .setState(ReplicaState.STARTING.name())
                .build();
    }

    private static void shrink(Draft draft, List<ReplicaRecord> kept, int tooMany) {
        kept.stream()
                .sorted(Comparator.comparing((ReplicaRecord replica) -> !NodeDrainReconciler.isLeaving(draft, replica))
                        .thenComparing(VICTIMS_FIRST))
                .limit(tooMany)
                .forEach(replica -> draft.fire(replica, ReplicaEvent.DRAIN_ASKED, "scaled in"));
    }

    private static ActorRecord newActor(Draft draft, PipelineRecord pipeline, String stage, String name) {
        String pipelineName = pipeline.getSpec().getName();
        ActorRecord actor = ActorRecord.newBuilder()
                .setActor(draft.ids().nextActor())
                .setLabel(pipelineName + "/" + name)
                .setState(ActorState.PENDING.name())
                .setPipeline(pipelineName)
                .setStage(stage)
                .build();
        draft.write(Write.put(actor));
        return actor;
    }

    /** Replicas first, because the gateway holds requests until they are answered; then the gateway; then the rest. */
    private static void stop(Draft draft, PipelineRecord pipeline) {
        List<ReplicaRecord> replicas =
                draft.records().replicas(pipeline.getSpec().getName());
        for (ReplicaRecord replica : replicas) {
            draft.fire(replica, ReplicaEvent.DRAIN_ASKED, "undeployed");
        }
        if (!replicas.isEmpty()) {
            return;
        }
        draft.records()
                .gateway(pipeline)
                .ifPresentOrElse(
                        gateway -> stopGateway(draft, gateway),
                        () -> draft.fire(pipeline, PipelineEvent.EMPTIED, "nothing of it is left"));
    }

    private static void stopGateway(Draft draft, ActorRecord gateway) {
        if (Lives.stateOf(gateway) == ActorState.DEAD) {
            draft.write(Write.delete(gateway));
        } else {
            draft.fire(gateway, ActorEvent.DRAIN_ASKED, "undeployed");
        }
    }

    /** A failed pipeline keeps its records, which say why, and gives back its room. */
    private static void release(Draft draft, PipelineRecord pipeline) {
        draft.records()
                .actorsOf(pipeline.getSpec().getName())
                .forEach(actor -> draft.fire(actor, ActorEvent.DRAIN_ASKED, "its pipeline failed"));
    }

    private static int number(ReplicaRecord replica) {
        return Integer.parseInt(
                replica.getReplica().substring(replica.getStage().length() + 1));
    }
}
