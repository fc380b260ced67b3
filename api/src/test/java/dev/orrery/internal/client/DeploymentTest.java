package dev.orrery.internal.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.PipelineStatus;
import dev.orrery.StageFactory;
import dev.orrery.error.AlreadyExistsException;
import dev.orrery.error.DeadlineExceededException;
import dev.orrery.error.DoesNotFitException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.InvalidArgumentException;
import dev.orrery.error.NotFoundException;
import dev.orrery.error.OrreryException;
import dev.orrery.error.StartFailedException;
import dev.orrery.internal.proto.DeployRequest;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.PipelineSpec;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.ReplicaView;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.proto.StageView;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.TensorSpec;
import dev.orrery.tensor.Tensors;
import dev.orrery.testing.TestingClock;
import dev.orrery.testing.TestingRpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeploymentTest {
    private static final Duration LONG = TestingRpc.LONG;

    private final TestingRpc rpc = new TestingRpc(RpcLimits.defaults());
    private final TestingHead head = new TestingHead(rpc);
    private final TestingClock clock = new TestingClock();
    private final ClusterClient client = ClusterClient.open(TestingRpc.SECRET, List.of(head.address()));
    private final Deployment deployment = new Deployment(client, LONG, clock);

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        client.close();
        rpc.close();
    }

    private static Pipeline.Builder pipeline() {
        return Pipeline.named(TestingHead.PIPELINE).stage("encode", () -> inputs -> inputs);
    }

    private static PipelineView running() {
        return TestingHead.view("RUNNING").build();
    }

    private static PipelineView misfit() {
        return TestingHead.view("DEPLOYING")
                .setFailure(Failure.newBuilder()
                        .setKind("DOES_NOT_FIT")
                        .setMessage("encode-1 needs 64 cpus; node-1 has 2 free"))
                .build();
    }

    /** Each question takes a second of the clock that decides. */
    private void saysForEver(PipelineView view) {
        head.afterwards = () -> {
            if (!head.undeployed.isEmpty()) {
                return TestingHead.unknown();
            }
            clock.advance(Duration.ofSeconds(1));
            return CompletableFuture.completedFuture(view);
        };
    }

    @Test
    void shipsTheCodeThenDeploysThenWaits() throws Exception {
        head.says(TestingHead.view("DEPLOYING").build())
                .says(TestingHead.view("DEPLOYING").build());
        head.finallySays(running());
        PipelineRef ref = deployment.deploy(
                pipeline()
                        .stage("pool", () -> inputs -> inputs, s -> s.cpus(0.5)
                                .gpus(1)
                                .label("zone", "a")
                                .replicas(2, 8)
                                .maxInFlight(3)
                                .stallTimeout(Duration.ofSeconds(9))
                                .input(TensorSpec.of("v", DataType.FP32, -1)))
                        .stageClass("last", "acme.Last")
                        .queueCapacity(11)
                        .maxAttempts(3)
                        .requestDeadline(Duration.ofMillis(1_234))
                        .restarts(2, Duration.ofMinutes(1))
                        .build(),
                LONG);
        assertEquals(TestingHead.PIPELINE, ref.name());
        PipelineSpec spec = head.deployed.get(0).getPipeline();
        assertEquals(TestingHead.PIPELINE, spec.getName());
        assertEquals(1_234, spec.getPolicy().getDefaultDeadlineMillis());
        assertEquals(11, spec.getPolicy().getQueueCapacity());
        assertEquals(3, spec.getPolicy().getMaxAttempts());
        assertEquals(2, spec.getPolicy().getMaxRestarts());
        assertEquals(60_000, spec.getPolicy().getRestartWindowMillis());
        assertEquals(32 << 20, spec.getPolicy().getMaxTensorBytes());
        StageSpec pool = spec.getStages(1);
        assertEquals(500, pool.getResources().getMilliCpus());
        assertEquals(1, pool.getResources().getGpus());
        assertEquals(Map.of("zone", "a"), pool.getNodeChoice().getLabelsMap());
        assertEquals(List.of(2, 2, 8), List.of(pool.getReplicas(), pool.getMinReplicas(), pool.getMaxReplicas()));
        assertEquals(3, pool.getMaxInFlight());
        assertEquals(9_000, pool.getStallTimeoutMillis());
        assertEquals("v", pool.getInputs(0).getName());
        assertEquals("acme.Last", spec.getStages(2).getClassName());
        StageFactory factory = (StageFactory) new ObjectInputStream(new ByteArrayInputStream(
                        spec.getStages(0).getSerializedFactory().toByteArray()))
                .readObject();
        assertNotNull(factory.create());
        // This test's own classes lie in a folder, so one jar was packed for both factories.
        assertEquals(1, spec.getArtifactsCount());
        assertEquals(
                spec.getArtifacts(0).getSize(),
                head.artifacts.get(spec.getArtifacts(0).getSha256()).size());
        assertTrue(head.undeployed.isEmpty());
    }

    /** Of noise, which does not compress: three chunks. */
    private Pipeline withLargeJar(Path jar) throws IOException {
        byte[] noise = new byte[(9 << 20) + 77];
        new Random(1).nextBytes(noise);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry("noise"));
            out.write(noise);
        }
        return Pipeline.named(TestingHead.PIPELINE)
                .stageClass("s", "acme.S")
                .artifact(jar)
                .build();
    }

    private void assertArrived(Path jar) throws IOException {
        String sha256 = head.deployed.get(0).getPipeline().getArtifacts(0).getSha256();
        assertArrayEquals(Files.readAllBytes(jar), head.artifacts.get(sha256).toByteArray());
    }

    @Test
    void largeArtifactGoesInChunksAndOnlyOnce() throws IOException {
        Path jar = folder.resolve("big.jar");
        Pipeline named = withLargeJar(jar);
        head.finallySays(running());
        deployment.deploy(named, LONG);
        assertArrived(jar);
        assertEquals(3, head.put.size());
        head.known.addAll(head.artifacts.keySet());
        deployment.deploy(named, LONG);
        assertEquals(3, head.put.size());
    }

    @Test
    void whatAHeadThatTookOverLacksIsUploadedAgainForTheSameOperation() throws IOException {
        Path jar = folder.resolve("big.jar");
        Pipeline named = withLargeJar(jar);
        head.finallySays(running());
        List<DeployRequest> refused = new ArrayList<>();
        head.onDeploy = request -> {
            if (refused.isEmpty()) {
                refused.add(request);
                head.artifacts.clear();
                throw OrreryException.of(ErrorCode.NOT_FOUND, "not here", Map.of("artifact", "a"));
            }
        };
        deployment.deploy(named, LONG);
        assertArrived(jar);
        assertEquals(6, head.put.size());
        assertEquals(refused, head.deployed);
    }

    @Test
    void anUndeployWhoseAnswerWasLostIsDoneWhenThePipelineIsGone() {
        head.onUndeploy = request -> {
            OrreryException gone = OrreryException.of(ErrorCode.NOT_FOUND, "there is no such pipeline");
            throw head.undeployed.size() == 1 ? ErrorCodec.inDoubt(ErrorCodec.notLeader("h", Optional.empty())) : gone;
        };
        PipelineRef ref = deployment.pipeline(TestingHead.PIPELINE, LONG);
        ref.undeploy();
        assertEquals(2, head.undeployed.size());
        assertThrows(NotFoundException.class, ref::undeploy, "asked for once, it is an error");
    }

    @Test
    void uploadGoesOnAtAHeadThatTookOver() throws IOException {
        Path jar = folder.resolve("big.jar");
        Pipeline named = withLargeJar(jar);
        head.finallySays(running());
        head.forgetsBeforeChunk = 2;
        deployment.deploy(named, LONG);
        assertArrived(jar);
        assertEquals(5, head.put.size());
    }

    @Test
    void whatCannotBeSerialisedIsNamed() {
        Thread captured = new Thread(() -> {}, "captured");
        Pipeline named = Pipeline.named(TestingHead.PIPELINE)
                .stage(
                        "encode",
                        () -> inputs ->
                                captured.isAlive() ? inputs : Tensors.builder().build())
                .build();
        String message = assertThrows(InvalidArgumentException.class, () -> deployment.deploy(named, LONG))
                .getMessage();
        assertTrue(message.contains("stage encode") && message.contains("java.lang.Thread"), message);
        assertTrue(head.deployed.isEmpty());
    }

    @Test
    void failedStartTellsTheFirstCauseAndTakesThePipelineAway() {
        saysForEver(TestingHead.view("FAILED")
                .setFailure(Failure.newBuilder()
                        .setKind("java.io.IOException")
                        .setMessage("no such model")
                        .setHost("host-1"))
                .build());
        String message = assertThrows(
                        StartFailedException.class,
                        () -> deployment.deploy(pipeline().build(), LONG))
                .getMessage();
        assertTrue(message.startsWith("java.io.IOException: no such model (on host-1)"), message);
        assertEquals(1, head.undeployed.size());
    }

    @Test
    void whatStaysWithoutAPlaceDoesNotFit() {
        saysForEver(misfit());
        String message = assertThrows(
                        DoesNotFitException.class,
                        () -> deployment.deploy(pipeline().build(), LONG))
                .getMessage();
        assertTrue(message.startsWith("encode-1 needs 64 cpus; node-1 has 2 free"), message);
        assertEquals(1, head.undeployed.size());
    }

    @Test
    void nodesMayComeLate() {
        head.says(misfit()).says(misfit()).says(TestingHead.view("DEPLOYING").build());
        head.finallySays(running());
        deployment.deploy(pipeline().build(), LONG);
        assertTrue(head.undeployed.isEmpty());
    }

    @Test
    void deadlineTellsWhoIsNotThere() {
        saysForEver(TestingHead.view("DEPLOYING")
                .addStages(StageView.newBuilder()
                        .setName("encode")
                        .addReplicas(ReplicaView.newBuilder()
                                .setName("encode-1")
                                .setState("STARTING")
                                .setNode("node-2")
                                .setReason("opening")))
                .build());
        String message = assertThrows(
                        DeadlineExceededException.class,
                        () -> deployment.deploy(pipeline().build(), Duration.ofSeconds(5)))
                .getMessage();
        assertTrue(
                message.startsWith("waited 5000 ms for pipeline embed to be RUNNING; it is DEPLOYING: "
                        + "encode-1 is STARTING on node-2 (opening)"),
                message);
        assertEquals(1, head.undeployed.size());
    }

    @Test
    void pipelineOfSomebodyElseIsLeftAlone() {
        head.onDeploy = deployed -> {
            throw OrreryException.of(ErrorCode.ALREADY_EXISTS, "there is a pipeline embed");
        };
        assertThrows(
                AlreadyExistsException.class, () -> deployment.deploy(pipeline().build(), LONG));
        assertTrue(head.undeployed.isEmpty());
    }

    private static PipelineView stage(String state, long generation, int wanted, int serving, int replicas) {
        StageView.Builder stage =
                StageView.newBuilder().setName("encode").setWanted(wanted).setServing(serving);
        for (int i = 1; i <= replicas; i++) {
            stage.addReplicas(ReplicaView.newBuilder().setName("encode-" + i).setState("SERVING"));
        }
        return TestingHead.view(state)
                .setGeneration(generation)
                .addStages(stage)
                .build();
    }

    /** How many questions {@code scale} asked. */
    private int questionsUntilScaled(PipelineView... views) {
        int[] asked = {0};
        for (PipelineView view : views) {
            head.says(() -> {
                asked[0]++;
                return CompletableFuture.completedFuture(view);
            });
        }
        deployment.pipeline(TestingHead.PIPELINE, LONG).scale("encode", 2, LONG);
        return asked[0];
    }

    @Test
    void scalingWaitsForTheReplicas() {
        long now = TestingHead.GENERATION;
        int asked = questionsUntilScaled(
                stage("RUNNING", now - 1, 2, 2, 2),
                stage("SCALING", now, 2, 1, 2),
                stage("RUNNING", now, 2, 2, 3),
                stage("RUNNING", now, 2, 2, 2));
        assertEquals(4, asked);
        assertEquals(2, head.scaled.get(0).getReplicas());
        assertEquals("encode", head.scaled.get(0).getStage());
    }

    @Test
    void scalingOfAnotherStageMeanwhileChangesNothing() {
        long later = TestingHead.GENERATION + 1;
        assertEquals(
                3,
                questionsUntilScaled(
                        stage("SCALING", later, 2, 1, 2),
                        stage("SCALING", later, 2, 2, 2),
                        stage("RUNNING", later, 2, 2, 2)));
    }

    @Test
    void scalingToAnotherNumberSinceEndsTheWait() {
        assertEquals(1, questionsUntilScaled(stage("SCALING", TestingHead.GENERATION + 1, 5, 1, 2)));
    }

    @Test
    void undeployWaitsUntilNothingIsLeft() {
        head.says(TestingHead.view("STOPPING").build())
                .says(TestingHead.view("STOPPING").build());
        deployment.pipeline(TestingHead.PIPELINE, LONG).undeploy();
        assertEquals(1, head.undeployed.size());
        head.says(TestingHead.view("STOPPING").build());
        head.finallySays(TestingHead.view("STOPPED").build());
        deployment.pipeline(TestingHead.PIPELINE, LONG).undeploy();
        assertEquals(2, head.undeployed.size());
    }

    @Test
    void undeployTellsWhatIsLeftAtItsDeadline() {
        head.afterwards = () -> {
            clock.advance(Duration.ofSeconds(21));
            return CompletableFuture.completedFuture(
                    TestingHead.view("STOPPING").build());
        };
        String message = assertThrows(
                        DeadlineExceededException.class,
                        () -> deployment.pipeline(TestingHead.PIPELINE, LONG).undeploy())
                .getMessage();
        assertTrue(message.contains("60000 ms") && message.contains("STOPPING"), message);
    }

    @Test
    void statusIsTheLeadersView() {
        head.finallySays(stage("RUNNING", 1, 2, 1, 2).toBuilder()
                .setFailure(Failure.newBuilder().setKind("exit").setMessage("code 1"))
                .build());
        PipelineStatus status = deployment.pipeline(TestingHead.PIPELINE, LONG).status();
        assertEquals("RUNNING", status.state());
        assertEquals(2, status.stage("encode").wanted());
        assertEquals(1, status.stage("encode").serving());
        assertEquals("encode-2", status.stage("encode").replicas().get(1).name());
        assertEquals("exit", status.failure().orElseThrow().kind());
        assertThrows(NotFoundException.class, () -> status.stage("decode"));
    }
}
