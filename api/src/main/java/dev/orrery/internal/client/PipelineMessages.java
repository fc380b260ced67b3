package dev.orrery.internal.client;

import com.google.protobuf.ByteString;
import dev.orrery.Pipeline;
import dev.orrery.PipelineStatus;
import dev.orrery.StageDefinition;
import dev.orrery.StageFactory;
import dev.orrery.StageOptions;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.placement.PlacementRules;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.PipelinePolicy;
import dev.orrery.internal.proto.PipelineSpec;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.ReplicaView;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.proto.StageView;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.tensor.TensorCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Pipelines to messages, and views of them back. */
final class PipelineMessages {
    private PipelineMessages() {}

    static PipelineSpec toMessage(Pipeline pipeline, List<ArtifactRef> artifacts) {
        PipelineSpec.Builder spec = PipelineSpec.newBuilder()
                .setName(pipeline.name())
                .setPolicy(policy(pipeline.policy()))
                .addAllArtifacts(artifacts);
        pipeline.stages().forEach(stage -> spec.addStages(stage(pipeline, stage)));
        return spec.build();
    }

    private static PipelinePolicy policy(dev.orrery.PipelinePolicy policy) {
        return PipelinePolicy.newBuilder()
                .setQueueCapacity(policy.queueCapacity())
                .setMaxAttempts(policy.maxAttempts())
                .setDefaultDeadlineMillis(policy.requestDeadline().toMillis())
                .setDrainDeadlineMillis(policy.drainDeadline().toMillis())
                .setMaxTensorBytes(policy.maxTensorBytes())
                .setOpenTimeoutMillis(policy.openTimeout().toMillis())
                .setMaxRestarts(policy.maxRestarts())
                .setRestartWindowMillis(policy.restartWindow().toMillis())
                .build();
    }

    private static StageSpec stage(Pipeline pipeline, StageDefinition stage) {
        StageOptions options = stage.options();
        StageSpec.Builder spec = StageSpec.newBuilder()
                .setName(stage.name())
                .setResources(PlacementMessages.resources(
                        PlacementRules.milli(options.cpus()),
                        PlacementRules.milli(options.gpus()),
                        options.placement()))
                .setNodeChoice(PlacementMessages.nodeChoice(options.placement()))
                .setReplicas(options.replicas())
                .setMinReplicas(options.minReplicas())
                .setMaxReplicas(options.maxReplicas())
                .setMaxInFlight(options.maxInFlight())
                .setStallTimeoutMillis(options.stallTimeout().toMillis());
        options.inputs().forEach(input -> spec.addInputs(TensorCodec.toMessage(input)));
        options.outputs().forEach(output -> spec.addOutputs(TensorCodec.toMessage(output)));
        stage.className().ifPresent(spec::setClassName);
        stage.factory()
                .ifPresent(factory -> spec.setSerializedFactory(serialize(pipeline.name(), stage.name(), factory)));
        return spec.build();
    }

    private static ByteString serialize(String pipeline, String stage, StageFactory factory) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(factory);
        } catch (IOException e) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "the factory of stage " + stage + " cannot be serialised (" + e
                            + "); what its lambda captures must be Serializable",
                    Map.of("pipeline", pipeline, "stage", stage));
        }
        return ByteString.copyFrom(bytes.toByteArray());
    }

    static PipelineStatus status(PipelineView view) {
        return new PipelineStatus(
                view.getName(),
                view.getState(),
                view.getStagesList().stream().map(PipelineMessages::stage).toList(),
                view.hasFailure() ? Optional.of(ErrorCodec.fromMessage(view.getFailure())) : Optional.empty());
    }

    private static PipelineStatus.StageStatus stage(StageView stage) {
        return new PipelineStatus.StageStatus(
                stage.getName(),
                stage.getWanted(),
                stage.getServing(),
                stage.getReplicasList().stream().map(PipelineMessages::replica).toList());
    }

    private static PipelineStatus.ReplicaStatus replica(ReplicaView replica) {
        return new PipelineStatus.ReplicaStatus(
                replica.getName(),
                replica.getState(),
                replica.getLife().getIncarnation(),
                replica.getNode(),
                replica.getPid(),
                replica.getReason());
    }

    /** Who is not serving, and why, in one line. */
    static String summary(PipelineView view) {
        String waiting = view.getStagesList().stream()
                .flatMap(stage -> stage.getReplicasList().stream())
                .filter(replica -> !replica.getState().equals("SERVING"))
                .map(replica -> replica.getName() + " is " + replica.getState()
                        + (replica.getNode().isEmpty() ? "" : " on " + replica.getNode())
                        + (replica.getReason().isEmpty() ? "" : " (" + replica.getReason() + ")"))
                .collect(Collectors.joining(", "));
        return waiting.isEmpty() ? "all replicas serve" : waiting;
    }
}
