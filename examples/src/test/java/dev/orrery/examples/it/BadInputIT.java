package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.StageFactory;
import dev.orrery.error.AlreadyExistsException;
import dev.orrery.error.DeadlineExceededException;
import dev.orrery.error.DoesNotFitException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.InvalidArgumentException;
import dev.orrery.error.NotFoundException;
import dev.orrery.error.OrreryException;
import dev.orrery.error.StageFailedException;
import dev.orrery.error.StartFailedException;
import dev.orrery.error.TensorException;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.TensorSpec;
import dev.orrery.tensor.Tensors;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever a user gets wrong gives a typed error that says what, where and what to do, and harms nobody else. */
class BadInputIT extends ClusterScenario {
    @Override
    Pattern expectedErrors() {
        return Pattern.compile("(thrower|opener)/only-1 .*failed: java.lang.IllegalStateException");
    }

    @Test
    void aConstructorThatThrowsFailsTheDeploymentWithItsExceptionFirst() {
        StartFailedException failed =
                assertThrows(StartFailedException.class, () -> deploy("thrower", Stages.throwingConstructor()));

        assertStartsWith("java.lang.IllegalStateException: no model at /models/none", failed);
    }

    @Test
    void anOpenThatThrowsFailsTheDeploymentWithItsExceptionFirst() {
        StartFailedException failed =
                assertThrows(StartFailedException.class, () -> deploy("opener", Stages.throwingOpen()));

        assertStartsWith("java.lang.IllegalStateException: the port of", failed);
    }

    @Test
    void aConstructorThatExitsFailsTheDeploymentWithTheExitCode() {
        StartFailedException failed =
                assertThrows(StartFailedException.class, () -> deploy("exiter", Stages.exitingConstructor()));

        assertStartsWith("exit", failed);
        assertTrue(failed.getMessage().contains("3"), failed.getMessage());
        assertTrue(failed.getMessage().contains("output.log"), failed.getMessage());
    }

    @Test
    void aConstructorThatLoopsFailsTheDeploymentAfterTheOpenTimeout() {
        Pipeline looper = Pipeline.named("looper")
                .stage("only", Stages.loopingConstructor(), s -> s.cpus(0.1))
                .openTimeout(Duration.ofSeconds(3))
                .restarts(0, Duration.ofMinutes(1))
                .build();

        StartFailedException failed = assertThrows(StartFailedException.class, () -> orrery().deploy(looper));

        assertTrue(failed.getMessage().contains("open"), failed.getMessage());
        assertTrue(failed.getMessage().contains("3"), failed.getMessage());
    }

    @Test
    void aConstructorThatPrintsTenMegabytesDoesNotStall() throws Exception {
        PipelineRef printer = deploy("printer", Stages.printingConstructor());
        assertEquals("x>printed", ask(printer, "x"));
        printer.undeploy();
    }

    @Test
    void aRequestThatAStageThrowsAtFailsAloneWithTheUsersExceptionFirst() throws Exception {
        PipelineRef moody = deploy("moody", Stages.moody());
        Map<String, Long> workers = workerPids();

        OrreryException failed = failure(moody, Tensors.of("text", "bad"));

        assertInstanceOf(StageFailedException.class, failed);
        assertStartsWith("java.lang.IllegalArgumentException: I do not like bad", failed);
        assertEquals("good>moody", ask(moody, "good"));
        assertEquals(workers, workerPids());
        moody.undeploy();
    }

    @Test
    void anOutputOfTheWrongShapeForTheNextStageFailsTheRequest() throws Exception {
        PipelineRef shapes = orrery().deploy(Pipeline.named("shapes")
                .stage("make", Stages.floats(), s -> s.cpus(0.1))
                .stage("take", Stages.pass(), s -> s.cpus(0.1).input(TensorSpec.of("floats", DataType.FP32, 4)))
                .build());

        OrreryException failed = failure(shapes, Tensors.of("text", "5"));

        assertInstanceOf(TensorException.class, failed);
        assertEquals(ErrorCode.TENSOR_MISMATCH, failed.code());
        assertTrue(
                failed.getMessage().contains("FP32[5]") && failed.getMessage().contains("take"), failed.getMessage());
        try (Tensors request = Tensors.of("text", "4");
                Tensors answer = shapes.infer(request).get(20, TimeUnit.SECONDS)) {
            assertEquals(4, answer.get("floats").elements());
        }
        shapes.undeploy();
    }

    @Test
    void aTensorOverTheLimitIsRefusedWhereverItArises() throws Exception {
        PipelineRef small = orrery().deploy(Pipeline.named("small")
                .stage("make", Stages.floats(), s -> s.cpus(0.1))
                .maxTensorBytes(1_000)
                .build());

        try (Tensor big = Tensor.allocateZeroed(DataType.UINT8, 1_001)) {
            OrreryException refused = failure(small, Tensors.of("text", big));
            assertEquals(ErrorCode.TENSOR_TOO_LARGE, refused.code());
            assertTrue(
                    refused.getMessage().contains("1001")
                            && refused.getMessage().contains("1000"),
                    refused.getMessage());
        }
        assertEquals(
                ErrorCode.TENSOR_TOO_LARGE,
                failure(small, Tensors.of("text", "251")).code());
        try (Tensors request = Tensors.of("text", "250");
                Tensors answer = small.infer(request).get(20, TimeUnit.SECONDS)) {
            assertEquals(250, answer.get("floats").elements());
        }
        small.undeploy();
    }

    @Test
    @Tag("full")
    void aRequestPastItsDeadlineFailsThen() throws Exception {
        PipelineRef slow = deploy("slow", Stages.append("late", 3_000));

        OrreryException late;
        long start = System.nanoTime();
        try (Tensors request = Tensors.of("text", "x")) {
            late = failureOf(slow.infer(request, Duration.ofMillis(300)));
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

        assertInstanceOf(DeadlineExceededException.class, late);
        assertTrue(millis < 2_000, "failed after " + millis + " ms");
        assertEquals("y>late", ask(slow, "y"));
        slow.undeploy();
    }

    @Test
    void aPipelineThatDoesNotFitListsNeedAndFreePerNode() {
        Pipeline huge = Pipeline.named("huge")
                .stage("only", Stages.pass(), s -> s.cpus(64).gpus(1))
                .build();

        DoesNotFitException refused = assertThrows(DoesNotFitException.class, () -> orrery().deploy(huge));

        for (String part : new String[] {"64", "node-a", "node-b", "free", "gpu"}) {
            assertTrue(refused.getMessage().contains(part), refused.getMessage());
        }
    }

    @Test
    void aDuplicateNameIsRefusedAndTheFirstPipelineServesOn() throws Exception {
        PipelineRef first = deploy("twin", Stages.append("a", 0));

        AlreadyExistsException refused =
                assertThrows(AlreadyExistsException.class, () -> deploy("twin", Stages.append("b", 0)));

        assertTrue(refused.getMessage().contains("twin"), refused.getMessage());
        assertEquals("x>a", ask(first, "x"));
        first.undeploy();
    }

    @Test
    void unknownNamesAndReplicasOutOfRangeAreRefused() {
        PipelineRef known = orrery().deploy(Pipeline.named("known")
                .stage("only", Stages.append("a", 0), s -> s.cpus(0.1).replicas(1, 3))
                .build());

        assertThrows(NotFoundException.class, () -> orrery().pipeline("nobody").status());
        assertThrows(NotFoundException.class, () -> orrery().pipeline("nobody").scale("only", 2));
        NotFoundException stage = assertThrows(NotFoundException.class, () -> known.scale("other", 2));
        assertTrue(stage.getMessage().contains("only"), stage.getMessage());
        InvalidArgumentException range = assertThrows(InvalidArgumentException.class, () -> known.scale("only", 4));
        assertTrue(range.getMessage().contains("1") && range.getMessage().contains("3"), range.getMessage());
        assertThrows(InvalidArgumentException.class, () -> known.scale("only", 0));
        try (Tensors request = Tensors.of("text", "x")) {
            assertInstanceOf(
                    NotFoundException.class,
                    failureOf(orrery().pipeline("nobody").infer(request)));
        }
        known.undeploy();
    }

    private PipelineRef deploy(String name, StageFactory factory) {
        return orrery().deploy(Pipeline.named(name)
                .stage("only", factory, s -> s.cpus(0.1))
                .restarts(1, Duration.ofMinutes(1))
                .build());
    }

    private static String ask(PipelineRef pipeline, String text) throws Exception {
        try (Tensors request = Tensors.of("text", text);
                Tensors answer = pipeline.infer(request).get(20, TimeUnit.SECONDS)) {
            return answer.get("text").toStrings().get(0);
        }
    }

    private static OrreryException failure(PipelineRef pipeline, Tensors request) {
        try (request) {
            return failureOf(pipeline.infer(request));
        }
    }

    private static OrreryException failureOf(java.util.concurrent.Future<Tensors> answer) {
        ExecutionException thrown = assertThrows(ExecutionException.class, () -> answer.get(20, TimeUnit.SECONDS));
        return assertInstanceOf(OrreryException.class, thrown.getCause());
    }

    private static void assertStartsWith(String start, OrreryException failure) {
        assertTrue(failure.getMessage().startsWith(start), failure.getMessage());
    }
}
