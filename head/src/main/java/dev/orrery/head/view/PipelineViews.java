package dev.orrery.head.view;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.Rooms;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.GatewayView;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.ReplicaView;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.proto.StageView;
import dev.orrery.internal.proto.WorkerReport;
import java.util.List;
import java.util.Optional;

/** A pipeline with its stages, replicas and gateway, and what is wrong with it. */
public final class PipelineViews {
    private static final String DOES_NOT_FIT = "DOES_NOT_FIT";

    private PipelineViews() {}

    public static PipelineView of(ClusterState state, PipelineRecord pipeline, long nowNanos) {
        return of(state, new Rooms(state.records(), state.observed(), state.settings()), pipeline, nowNanos);
    }

    static PipelineView of(ClusterState state, Rooms rooms, PipelineRecord pipeline, long nowNanos) {
        Reasons reasons = new Reasons(state, () -> rooms, nowNanos);
        PipelineView.Builder view = PipelineView.newBuilder()
                .setName(pipeline.getSpec().getName())
                .setState(pipeline.getState())
                .setGeneration(pipeline.getGeneration());
        List<ReplicaRecord> replicas =
                state.records().replicas(pipeline.getSpec().getName());
        for (StageSpec stage : pipeline.getSpec().getStagesList()) {
            view.addStages(stage(state, reasons, stage, replicas));
        }
        state.records().gateway(pipeline).ifPresent(gateway -> view.addGateways(gateway(state, gateway)));
        failure(state, reasons, pipeline, replicas).ifPresent(view::setFailure);
        return view.build();
    }

    private static Optional<Failure> failure(
            ClusterState state, Reasons reasons, PipelineRecord pipeline, List<ReplicaRecord> replicas) {
        if (pipeline.hasFailure()) {
            return Optional.of(pipeline.getFailure());
        }
        Optional<String> homeless = state.records()
                .gateway(pipeline)
                .flatMap(reasons::doesNotFit)
                .or(() -> replicas.stream()
                        .flatMap(replica -> state.records().actorOf(replica).stream())
                        .flatMap(actor -> reasons.doesNotFit(actor).stream())
                        .findFirst());
        return homeless.map(why ->
                Failure.newBuilder().setKind(DOES_NOT_FIT).setMessage(why).build());
    }

    private static StageView stage(ClusterState state, Reasons reasons, StageSpec stage, List<ReplicaRecord> replicas) {
        StageView.Builder view = StageView.newBuilder().setName(stage.getName()).setWanted(stage.getReplicas());
        int serving = 0;
        for (ReplicaRecord replica : replicas) {
            if (replica.getStage().equals(stage.getName())) {
                view.addReplicas(replica(state, reasons, replica));
                serving += Lives.stateOf(replica) == ReplicaState.SERVING ? 1 : 0;
            }
        }
        return view.setServing(serving).build();
    }

    private static ReplicaView replica(ClusterState state, Reasons reasons, ReplicaRecord replica) {
        ReplicaView.Builder view =
                ReplicaView.newBuilder().setName(replica.getReplica()).setState(replica.getState());
        state.records().actorOf(replica).ifPresent(actor -> view.setLife(Lives.lifeOf(actor))
                .setNode(actor.getNode())
                .setPid(pid(state, actor))
                .setReason(reasons.of(replica, actor)));
        return view.build();
    }

    private static GatewayView gateway(ClusterState state, ActorRecord gateway) {
        GatewayView.Builder view = GatewayView.newBuilder()
                .setLife(Lives.lifeOf(gateway))
                .setState(gateway.getState())
                .setNode(gateway.getNode())
                .setPid(pid(state, gateway));
        if (Lives.stateOf(gateway) == ActorState.ALIVE) {
            view.setRpcAddress(gateway.getRpcAddress());
        }
        return view.build();
    }

    static long pid(ClusterState state, ActorRecord actor) {
        return state.observed()
                .worker(actor.getNode(), Lives.lifeOf(actor))
                .map(WorkerReport::getPid)
                .orElse(0L);
    }
}
