package dev.orrery.head.service;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.state.PipelineEvent;
import dev.orrery.head.state.PipelineState;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.DeployRequest;
import dev.orrery.internal.proto.DeployResponse;
import dev.orrery.internal.proto.PipelineSpec;
import dev.orrery.internal.proto.ScaleRequest;
import dev.orrery.internal.proto.ScaleResponse;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.proto.UndeployRequest;
import dev.orrery.internal.proto.UndeployResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Deploys, scales and undeploys: each writes one pipeline record into a draft, or throws and writes nothing. The
 * reconcilers do the rest.
 */
public final class PipelineService {
    private static final int UNDEPLOYS_REMEMBERED = 256;

    private final Function<List<ArtifactRef>, List<ArtifactRef>> missingArtifacts;
    /** A pipeline's record goes with it, and its outcomes with that; this answers the undeploy that is sent again. */
    private final Map<String, String> undeploys = new LinkedHashMap<>();

    /** @param missingArtifacts those of the given that the head does not hold */
    public PipelineService(Function<List<ArtifactRef>, List<ArtifactRef>> missingArtifacts) {
        this.missingArtifacts = missingArtifacts;
    }

    public DeployResponse deploy(Draft draft, DeployRequest request) {
        PipelineSpec spec = PipelineSpecs.checked(request.getPipeline());
        Optional<PipelineRecord> known = draft.records().pipeline(spec.getName());
        Optional<Long> before = known.flatMap(record -> Operations.outcome(record, request.getOperation()));
        if (before.isPresent()) {
            return DeployResponse.newBuilder().setGeneration(before.get()).build();
        }
        if (known.isPresent()) {
            throw alreadyExists(known.get());
        }
        Artifacts.checkPresent(missingArtifacts, spec.getArtifactsList(), Map.of("pipeline", spec.getName()));
        PipelineRecord.Builder record = PipelineRecord.newBuilder()
                .setSpec(spec)
                .setState(PipelineState.DEPLOYING.name())
                .setGeneration(1);
        draft.write(Write.put(Operations.add(record, request.getOperation(), 1).build()));
        draft.reason(spec.getName(), "pipeline " + spec.getName() + ": DEPLOYING (a client deploys it)");
        return DeployResponse.newBuilder().setGeneration(1).build();
    }

    private static OrreryException alreadyExists(PipelineRecord known) {
        String name = known.getSpec().getName();
        String advice = Lives.stateOf(known) == PipelineState.STOPPING
                ? "is still being undeployed; wait until it is gone"
                : "is deployed already (" + known.getState() + "); undeploy it first, or scale it";
        return OrreryException.of(
                ErrorCode.ALREADY_EXISTS, "pipeline '" + name + "' " + advice, Map.of("pipeline", name));
    }

    public ScaleResponse scale(Draft draft, ScaleRequest request) {
        PipelineRecord pipeline = find(draft.records(), request.getPipeline());
        Optional<Long> before = Operations.outcome(pipeline, request.getOperation());
        if (before.isPresent()) {
            return ScaleResponse.newBuilder().setGeneration(before.get()).build();
        }
        if (!Lives.isWanted(pipeline)) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "pipeline '%s' is %s and cannot be scaled".formatted(request.getPipeline(), pipeline.getState()),
                    Map.of("pipeline", request.getPipeline()));
        }
        int index = stageIndex(pipeline, request.getStage());
        StageSpec stage = pipeline.getSpec().getStages(index);
        if (request.getReplicas() < stage.getMinReplicas() || request.getReplicas() > stage.getMaxReplicas()) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "stage '%s' can have %d to %d replicas, not %d"
                            .formatted(
                                    stage.getName(),
                                    stage.getMinReplicas(),
                                    stage.getMaxReplicas(),
                                    request.getReplicas()),
                    Map.of("pipeline", request.getPipeline(), "stage", stage.getName()));
        }
        return ScaleResponse.newBuilder()
                .setGeneration(scale(draft, pipeline, index, request))
                .build();
    }

    private static long scale(Draft draft, PipelineRecord pipeline, int index, ScaleRequest request) {
        StageSpec stage = pipeline.getSpec().getStages(index);
        boolean same = stage.getReplicas() == request.getReplicas();
        long generation = pipeline.getGeneration() + (same ? 0 : 1);
        PipelineRecord.Builder scaled = pipeline.toBuilder().setGeneration(generation);
        scaled.getSpecBuilder().getStagesBuilder(index).setReplicas(request.getReplicas());
        PipelineRecord record =
                Operations.add(scaled, request.getOperation(), generation).build();
        draft.write(Write.put(record));
        if (!same) {
            String why = "stage %s from %d to %d replicas"
                    .formatted(stage.getName(), stage.getReplicas(), request.getReplicas());
            draft.reason(request.getPipeline(), "pipeline " + request.getPipeline() + ": scaled, " + why);
            draft.fire(record, PipelineEvent.SCALE_ASKED, why);
        }
        return generation;
    }

    public UndeployResponse undeploy(Draft draft, UndeployRequest request) {
        Optional<PipelineRecord> known = draft.records().pipeline(request.getPipeline());
        if (known.isEmpty() && request.getPipeline().equals(undeploys.get(request.getOperation()))) {
            return UndeployResponse.getDefaultInstance();
        }
        PipelineRecord pipeline = find(draft.records(), request.getPipeline());
        if (Operations.outcome(pipeline, request.getOperation()).isEmpty()) {
            PipelineRecord record = Operations.add(
                            pipeline.toBuilder(), request.getOperation(), pipeline.getGeneration())
                    .build();
            draft.write(Write.put(record));
            draft.fire(record, PipelineEvent.UNDEPLOY_ASKED, "a client undeploys it");
            remember(request);
        }
        return UndeployResponse.getDefaultInstance();
    }

    private void remember(UndeployRequest request) {
        if (request.getOperation().isEmpty()) {
            return;
        }
        undeploys.put(request.getOperation(), request.getPipeline());
        if (undeploys.size() > UNDEPLOYS_REMEMBERED) {
            undeploys.remove(undeploys.keySet().iterator().next());
        }
    }

    /** Throws NOT_FOUND with the names that there are. */
    public static PipelineRecord find(Records records, String name) {
        return records.pipeline(name).orElseThrow(() -> {
            List<String> names = records.pipelines().stream()
                    .map(pipeline -> pipeline.getSpec().getName())
                    .toList();
            return notFound("no pipeline is called '" + name + "'", "pipelines", names);
        });
    }

    private static int stageIndex(PipelineRecord pipeline, String stage) {
        List<String> names = pipeline.getSpec().getStagesList().stream()
                .map(StageSpec::getName)
                .toList();
        int index = names.indexOf(stage);
        if (index < 0) {
            String what = "pipeline '%s' has no stage '%s'"
                    .formatted(pipeline.getSpec().getName(), stage);
            throw notFound(what, "stages", names);
        }
        return index;
    }

    private static OrreryException notFound(String what, String kind, List<String> names) {
        String there = names.isEmpty() ? "there are no " + kind : kind + " there are: " + String.join(", ", names);
        return OrreryException.of(ErrorCode.NOT_FOUND, what + "; " + there);
    }
}
