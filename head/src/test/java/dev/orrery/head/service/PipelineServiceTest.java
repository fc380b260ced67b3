package dev.orrery.head.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.Plan;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.TestingTold;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.state.PipelineState;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.DeployRequest;
import dev.orrery.internal.proto.PipelinePolicy;
import dev.orrery.internal.proto.PipelineSpec;
import dev.orrery.internal.proto.ScaleRequest;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.proto.UndeployRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class PipelineServiceTest {
    private final List<ArtifactRef> missing = new ArrayList<>();
    private final PipelineService service = new PipelineService(
            artifacts -> artifacts.stream().filter(missing::contains).toList());
    private final Records records = new Records();
    private final ClusterState state = TestingTold.state(records);

    private <R> R commit(Function<Draft, R> mutation) {
        Draft draft = new Draft(state, 0);
        R outcome = mutation.apply(draft);
        Plan plan = draft.plan();
        records.apply(plan.writes());
        return outcome;
    }

    private OrreryException refused(Function<Draft, ?> mutation) {
        Draft draft = new Draft(state, 0);
        OrreryException error = assertThrows(OrreryException.class, () -> mutation.apply(draft));
        assertTrue(draft.plan().isEmpty(), "a refused mutation writes nothing");
        return error;
    }

    private static PipelineSpec.Builder spec() {
        return PipelineSpec.newBuilder().setName("embed").addStages(stage("back"));
    }

    private static StageSpec.Builder stage(String name) {
        return StageSpec.newBuilder()
                .setName(name)
                .setClassName("example.Back")
                .setReplicas(2)
                .setMinReplicas(1)
                .setMaxReplicas(4);
    }

    private static DeployRequest deploy(String operation, PipelineSpec.Builder spec) {
        return DeployRequest.newBuilder()
                .setOperation(operation)
                .setPipeline(spec)
                .build();
    }

    private static ScaleRequest scale(String operation, String stage, int replicas) {
        return ScaleRequest.newBuilder()
                .setOperation(operation)
                .setPipeline("embed")
                .setStage(stage)
                .setReplicas(replicas)
                .build();
    }

    private static UndeployRequest undeploy(String operation, String pipeline) {
        return UndeployRequest.newBuilder()
                .setOperation(operation)
                .setPipeline(pipeline)
                .build();
    }

    private PipelineRecord embed() {
        return records.pipeline("embed").orElseThrow();
    }

    private void deployed() {
        commit(draft -> service.deploy(draft, deploy("op-1", spec())));
    }

    private void inState(PipelineState at) {
        records.apply(List.of(Write.put(embed().toBuilder().setState(at.name()).build())));
    }

    @Test
    void deploysWithWhatWasLeftOpenFilledIn() {
        deployed();
        assertEquals("DEPLOYING", embed().getState());
        assertEquals(1, embed().getGeneration());
        assertEquals(8, embed().getSpec().getStages(0).getMaxInFlight());
        assertEquals(1000, embed().getSpec().getStages(0).getResources().getMilliCpus());
        assertEquals(30_000, embed().getSpec().getPolicy().getDrainDeadlineMillis());
    }

    @Test
    void theSameOperationAgainReturnsItsFirstOutcome() {
        deployed();
        commit(draft -> service.scale(draft, scale("op-2", "back", 3)));
        assertEquals(
                1,
                commit(draft -> service.deploy(draft, deploy("op-1", spec()))).getGeneration());
        commit(draft -> service.scale(draft, scale("op-3", "back", 1)));
        assertEquals(
                2,
                commit(draft -> service.scale(draft, scale("op-2", "back", 3))).getGeneration());
        assertEquals(1, embed().getSpec().getStages(0).getReplicas());
    }

    @Test
    void aNameIsTakenOnce() {
        deployed();
        OrreryException error = refused(draft -> service.deploy(draft, deploy("op-2", spec())));
        assertEquals(ErrorCode.ALREADY_EXISTS, error.code());
        inState(PipelineState.STOPPING);
        assertTrue(refused(draft -> service.deploy(draft, deploy("op-3", spec())))
                .getMessage()
                .contains("still being undeployed"));
    }

    @Test
    void artifactsMustBeThere() {
        ArtifactRef jar =
                ArtifactRef.newBuilder().setName("user.jar").setSha256("abc").build();
        missing.add(jar);
        OrreryException error = refused(draft -> service.deploy(draft, deploy("op-1", spec().addArtifacts(jar))));
        assertEquals(ErrorCode.NOT_FOUND, error.code());
        assertTrue(error.getMessage().contains("user.jar (abc)"));
    }

    @Test
    void allThatIsWrongWithADefinitionIsSaidAtOnce() {
        PipelineSpec.Builder bad = PipelineSpec.newBuilder()
                .setName("a/b")
                .setPolicy(PipelinePolicy.newBuilder().setQueueCapacity(-1))
                .addStages(stage("x").setReplicas(9))
                .addStages(stage("x").clearClassName());
        OrreryException error = refused(draft -> service.deploy(draft, deploy("op-1", bad)));
        assertEquals(ErrorCode.INVALID_ARGUMENT, error.code());
        for (String part : List.of(
                "'a/b' is no name of a pipeline",
                "queueCapacity must be positive, not -1",
                "stage 'x': replicas 9 must be between min 1 and max 4",
                "two stages are called 'x'",
                "stage 'x' has neither a factory nor a class")) {
            assertTrue(error.getMessage().contains(part), error.getMessage());
        }
    }

    @Test
    void aPipelineNeedsAStageAndADefinitionOfBoundedSize() {
        assertTrue(refused(draft -> service.deploy(
                        draft, deploy("op-1", PipelineSpec.newBuilder().setName("embed"))))
                .getMessage()
                .contains("at least one stage"));
        StageSpec.Builder large = stage("back").setSerializedFactory(ByteString.copyFrom(new byte[50_000]));
        assertTrue(refused(draft -> service.deploy(
                        draft, deploy("op-1", spec().clearStages().addStages(large))))
                .getMessage()
                .contains("more than 40960"));
    }

    @Test
    void scaling() {
        deployed();
        inState(PipelineState.RUNNING);
        assertEquals(
                2,
                commit(draft -> service.scale(draft, scale("op-2", "back", 3))).getGeneration());
        assertEquals("SCALING", embed().getState());
        assertEquals(3, embed().getSpec().getStages(0).getReplicas());
    }

    @Test
    void scalingToTheSameNumberChangesNothing() {
        deployed();
        inState(PipelineState.RUNNING);
        assertEquals(
                1,
                commit(draft -> service.scale(draft, scale("op-2", "back", 2))).getGeneration());
        assertEquals("RUNNING", embed().getState());
    }

    @Test
    void refusesToScale() {
        deployed();
        OrreryException range = refused(draft -> service.scale(draft, scale("op-2", "back", 5)));
        assertEquals(ErrorCode.INVALID_ARGUMENT, range.code());
        assertTrue(range.getMessage().contains("1 to 4 replicas, not 5"));
        OrreryException stage = refused(draft -> service.scale(draft, scale("op-2", "front", 2)));
        assertEquals(ErrorCode.NOT_FOUND, stage.code());
        assertTrue(stage.getMessage().contains("stages there are: back"));
        inState(PipelineState.FAILED);
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                refused(draft -> service.scale(draft, scale("op-2", "back", 3))).code());
    }

    @Test
    void undeploysOnceAndAnswersAgainWhenAllIsGone() {
        deployed();
        commit(draft -> service.undeploy(draft, undeploy("op-2", "embed")));
        assertEquals("STOPPING", embed().getState());
        commit(draft -> service.undeploy(draft, undeploy("op-3", "embed")));
        records.apply(List.of(new Write(
                new dev.orrery.head.store.RecordKey.PipelineKey("embed"), "embed", java.util.Optional.empty())));
        commit(draft -> service.undeploy(draft, undeploy("op-2", "embed")));
        OrreryException error = refused(draft -> service.undeploy(draft, undeploy("op-4", "embed")));
        assertEquals(ErrorCode.NOT_FOUND, error.code());
        assertTrue(error.getMessage().contains("there are no pipelines"));
    }

    @Test
    void anUnknownPipelineIsAnsweredWithThoseThereAre() {
        deployed();
        OrreryException error = refused(draft -> service.undeploy(draft, undeploy("op-2", "embd")));
        assertTrue(error.getMessage().contains("no pipeline is called 'embd'; pipelines there are: embed"));
    }

    @Test
    void onlyTheNewestOutcomesAreKept() {
        deployed();
        for (int i = 0; i < 30; i++) {
            int number = i;
            commit(draft -> service.scale(draft, scale("scale-" + number, "back", 1 + number % 3)));
        }
        assertEquals(20, embed().getOperationsCount());
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                refused(draft -> service.scale(draft, scale("x".repeat(101), "back", 1)))
                        .code());
    }
}
