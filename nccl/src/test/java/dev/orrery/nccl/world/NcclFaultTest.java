package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.failure;
import static dev.orrery.nccl.world.TestingMember.form;
import static dev.orrery.nccl.world.TestingMember.get;
import static dev.orrery.nccl.world.TestingMember.pass;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.device.Gpu;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What CUDA and NCCL can do wrong, one switch of the emulation each. Member {@code a} has device 0, and so on. */
@Timeout(120)
final class NcclFaultTest {
    private static final int LARGE = 8 << 20;

    private final List<TestingMember> members = new ArrayList<>();

    @BeforeEach
    void needsTheEmulation() {
        TestingGpus.require();
        TestingFaults.clear();
    }

    @AfterEach
    void endAll() {
        TestingFaults.clear();
        members.forEach(TestingMember::close);
        TestingGpus.giveAllBack();
    }

    private TestingMember start() {
        return start(WorldOptions.builder());
    }

    private TestingMember start(WorldOptions.Builder options) {
        TestingMember member = TestingMember.start(options.gpu(TestingGpus.take()));
        members.add(member);
        return member;
    }

    private static void works(World from, World to) {
        assertEquals(7, TestingTensors.number(pass(from, to, TestingTensors.number(7))));
        try (Tensor received = pass(to, from, TestingTensors.marked(LARGE, 3))) {
            assertTrue(TestingTensors.isMarked(received, LARGE, 3));
        }
    }

    /** Of the broken world nothing is left, and the same devices form a new one. */
    private static void goOn(long broken, long fresh, TestingMember a, TestingMember b) {
        get(a.worlds().leave(broken));
        get(b.worlds().leave(broken));
        List<World> worlds = form(fresh, a, b);
        works(worlds.get(0), worlds.get(1));
    }

    private static List<Failure> joinFailures(WorldSpec spec, TestingMember a, TestingMember b) {
        CompletableFuture<World> first = a.join(spec, 0);
        CompletableFuture<World> second = b.join(spec, 1);
        List<Failure> causes = new ArrayList<>();
        for (CompletableFuture<World> join : List.of(first, second)) {
            OrreryException failure = failure(join);
            assertEquals(ErrorCode.BROKEN_WORLD, failure.code());
            causes.add(failure.failure().orElseThrow());
        }
        return causes;
    }

    @ParameterizedTest
    @CsvSource({"INIT_ERROR@0=2, (2)", "INIT_ERROR@1=3, (3)", "UNIQUE_ID_ERROR@0=3, ncclGetUniqueId failed"})
    void anErrorWhileFormingIsTheCauseAtBoth(String fault, String told) {
        TestingMember a = start();
        TestingMember b = start();
        TestingFaults.set(fault);
        for (Failure cause : joinFailures(TestingMember.spec(1, a, b), a, b)) {
            assertEquals("nccl", cause.kind());
            assertTrue(cause.message().contains(told), cause.message());
        }
        TestingFaults.clear();
        goOn(1, 2, a, b);
    }

    @Test
    void formingThatNeverEndsIsGivenUpAtTheDeadlineWhichNamesWhoIsWaitedFor() {
        TestingMember a = start();
        TestingMember b = start();
        WorldSpec spec = TestingMember.spec(1, a, b).toBuilder()
                .setFormingTimeoutMillis(700)
                .build();
        TestingFaults.set("INIT_HANGS@1=1");
        for (Failure cause : joinFailures(spec, a, b)) {
            assertEquals("forming", cause.kind());
            assertTrue(cause.message().contains("not formed within 700 ms, waiting for rank"), cause.message());
            assertTrue(cause.message().contains("NCCL has not connected"), cause.message());
        }
        TestingFaults.clear();
        goOn(1, 2, a, b);
    }

    @Test
    void twoRanksOnOneDeviceAreRefusedByNccl() {
        TestingMember a = start();
        TestingMember b = TestingMember.start(WorldOptions.builder().gpu(TestingGpus.open(0)));
        members.add(b);
        for (Failure cause : joinFailures(TestingMember.spec(1, a, b), a, b)) {
            assertEquals("nccl", cause.kind());
            assertTrue(cause.message().contains("Duplicate GPU detected"), cause.message());
        }
    }

    @Test
    void whatStaysInProgressIsOnlySlowerAndHoldsUpNoOtherWorld() {
        TestingMember a = start();
        TestingMember b = start();
        TestingMember c = start();
        List<World> free = form(1, b, c);
        TestingFaults.set("IN_PROGRESS_MILLIS@0=200");
        List<World> slow = form(2, a, b);
        CompletableFuture<Tensor> receive = slow.get(1).communicator().receive(0);
        CompletableFuture<Void> send = slow.get(0).communicator().send(1, TestingTensors.number(5));
        works(free.get(0), free.get(1));
        assertEquals(5, TestingTensors.number(get(receive)));
        get(send);
        TestingFaults.clear();
    }

    @ParameterizedTest
    @CsvSource({"ASYNC_ERROR@0=2:1, (2)", "ASYNC_ERROR@1=6:1, (6)", "OPERATION_ERROR@0=5:1, (5)"})
    void anErrorOfAnOperationBreaksThatWorldAtBothAndNoOther(String fault, String told) throws Exception {
        TestingMember a = start();
        TestingMember b = start();
        TestingMember c = start();
        List<World> worlds = form(1, a, b);
        List<World> other = form(2, c, b);
        works(other.get(0), other.get(1));
        TestingFaults.set(fault);
        for (int i = 0; i < 3 && worlds.get(0).state() == WorldState.READY; i++) {
            CompletableFuture<Tensor> receive = worlds.get(1).communicator().receive(0);
            CompletableFuture<Void> send = worlds.get(0).communicator().send(1, TestingTensors.number(i));
            CompletableFuture.allOf(receive, send).exceptionally(broken -> null).get(20, TimeUnit.SECONDS);
        }
        for (TestingMember member : List.of(a, b)) {
            Failure cause = member.await(1, WorldState.BROKEN).cause().orElseThrow();
            assertEquals("nccl", cause.kind());
            assertTrue(cause.message().contains(told), cause.message());
        }
        TestingFaults.clear();
        works(other.get(0), other.get(1));
        goOn(1, 3, a, b);
    }

    @Test
    void aCopyThatFailsSaysSoAndHarmsNothing() {
        TestingMember a = start();
        TestingMember b = start();
        List<World> worlds = form(1, a, b);
        Gpu gpu = TestingGpus.open(0);
        Tensor tensor = TestingTensors.number(1);
        TestingFaults.set("COPY_ERROR@0=1:1");
        OrreryException failure = assertThrows(OrreryException.class, () -> gpu.copyOf(tensor));
        assertEquals(ErrorCode.UNAVAILABLE, failure.code());
        assertTrue(failure.getMessage().contains("a copy on cuda:0: cudaMemcpyAsync failed"), failure.getMessage());
        TestingFaults.clear();
        works(worlds.get(0), worlds.get(1));
    }

    @Test
    void aLostDeviceEndsItsProcess() throws Exception {
        TestingMember a = start();
        TestingMember b = start();
        List<World> worlds = form(1, a, b);
        Tensor onGpu = TestingGpus.open(0).copyOf(TestingTensors.number(1));
        TestingFaults.set("STREAM_ERROR@0=700:1");
        worlds.get(1).communicator().receive(0).exceptionally(broken -> null);
        ((PlacingWorld) worlds.get(0)).inner().communicator().send(1, onGpu);
        Failure why = a.awaitStuck();
        assertEquals("cuda", why.kind());
        assertTrue(why.message().contains("700"), why.message());
        b.await(1, WorldState.BROKEN);
        TestingFaults.clear();
        onGpu.close();
        a.end();
        b.end();
        // What the lost group may still use is not given to another one.
        TestingGpus.giveAllBack();
        List<World> fresh = form(2, start(), start());
        works(fresh.get(0), fresh.get(1));
    }

    @Test
    void aDeviceWithoutMemorySaysWhatWasAskedAndBreaksOnlyTheWorldOfTheOperation() throws Exception {
        TestingMember a = start();
        TestingMember b = start();
        TestingMember c = start();
        List<World> worlds = form(1, a, b);
        List<World> other = form(2, a, c);
        Gpu full = TestingGpus.open(1);
        full.trim();
        TestingFaults.set("OUT_OF_MEMORY_AFTER@1=1000");
        OrreryException failure = assertThrows(OrreryException.class, () -> full.allocate(DataType.FP32, 1 << 20));
        assertEquals(ErrorCode.TENSOR_TOO_LARGE, failure.code());
        assertTrue(
                failure.getMessage().contains("cuda:1 has no room for a tensor FP32[1048576]"), failure.getMessage());
        CompletableFuture<Tensor> receive = worlds.get(1).communicator().receive(0);
        CompletableFuture<Void> send = worlds.get(0).communicator().send(1, TestingTensors.marked(LARGE, 1));
        assertEquals(ErrorCode.BROKEN_WORLD, failure(send).code());
        assertEquals(ErrorCode.TENSOR_TOO_LARGE, failure(receive).code());
        for (TestingMember member : List.of(a, b)) {
            Failure cause = member.await(1, WorldState.BROKEN).cause().orElseThrow();
            assertEquals("TENSOR_TOO_LARGE", cause.kind());
            assertTrue(cause.message().contains("there is no memory to receive"), cause.message());
        }
        TestingFaults.clear();
        works(other.get(0), other.get(1));
        goOn(1, 3, a, b);
    }

    @Test
    void aPeerWhoseDeviceStandsStillBreaksTheWorldAtTheOperationsDeadline() throws Exception {
        TestingMember a = start(WorldOptions.builder().operationTimeout(Duration.ofMillis(500)));
        TestingMember b = start(WorldOptions.builder().operationTimeout(Duration.ofMillis(500)));
        TestingMember c = start();
        List<World> worlds = form(1, a, b);
        List<World> other = form(2, a, c);
        TestingFaults.set("SILENT_PEER@1=0");
        CompletableFuture<Tensor> receive = worlds.get(1).communicator().receive(0);
        CompletableFuture<Void> send = worlds.get(0).communicator().send(1, TestingTensors.marked(LARGE, 1));
        assertEquals(ErrorCode.BROKEN_WORLD, failure(send).code());
        assertEquals(ErrorCode.BROKEN_WORLD, failure(receive).code());
        for (TestingMember member : List.of(a, b)) {
            Failure cause = member.await(1, WorldState.BROKEN).cause().orElseThrow();
            assertEquals("deadline", cause.kind());
            assertTrue(cause.message().contains("operation past its deadline"), cause.message());
            assertTrue(cause.message().contains("the limit is 500 ms"), cause.message());
        }
        TestingFaults.clear();
        works(other.get(0), other.get(1));
        goOn(1, 3, a, b);
    }

    @Test
    void slowOperationsAreHealthy() {
        TestingMember a = start(WorldOptions.builder().operationTimeout(Duration.ofMillis(800)));
        TestingMember b = start(WorldOptions.builder().operationTimeout(Duration.ofMillis(800)));
        List<World> worlds = form(1, a, b);
        TestingFaults.set("SLOW_MILLIS=100");
        List<CompletableFuture<Tensor>> receives = new ArrayList<>();
        List<CompletableFuture<Void>> sends = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            receives.add(worlds.get(1).communicator().receive(0));
            sends.add(worlds.get(0).communicator().send(1, TestingTensors.number(i)));
        }
        // Together they take longer than one may.
        for (int i = 0; i < receives.size(); i++) {
            assertEquals(i, TestingTensors.number(get(receives.get(i))));
        }
        sends.forEach(TestingMember::get);
        TestingFaults.clear();
    }

    /** With an operation in flight that cannot end. */
    private List<CompletableFuture<?>> breakInFlight(
            TestingMember a, TestingMember b, List<World> worlds, String... more) throws Exception {
        List<String> faults = new ArrayList<>(List.of(more));
        faults.add("SILENT_PEER@1=0");
        TestingFaults.set(faults.toArray(String[]::new));
        List<CompletableFuture<?>> pending = List.of(
                worlds.get(1).communicator().receive(0),
                worlds.get(0).communicator().send(1, TestingTensors.marked(LARGE, 1)));
        b.end();
        a.await(1, WorldState.BROKEN);
        return pending;
    }

    @Test
    void aSlowAbortIsWaitedFor() throws Exception {
        TestingMember a = start(WorldOptions.builder().abortTimeout(Duration.ofSeconds(20)));
        TestingMember b = start();
        List<World> worlds = form(1, a, b);
        for (CompletableFuture<?> each : breakInFlight(a, b, worlds, "SLOW_ABORT_MILLIS@0=300")) {
            assertEquals(ErrorCode.BROKEN_WORLD, failure(each).code());
        }
        get(a.worlds().leave(1));
        assertTrue(a.stuck().isEmpty(), a.stuck()::toString);
    }

    @Test
    void anAbortThatHangsEndsItsProcessAndNoOtherWorldBefore() throws Exception {
        TestingMember a = start(WorldOptions.builder().abortTimeout(Duration.ofMillis(600)));
        TestingMember b = start();
        TestingMember c = start();
        List<World> worlds = form(1, a, b);
        List<World> other = form(2, a, c);
        breakInFlight(a, b, worlds, "HANGING_ABORT@0=1");
        works(other.get(0), other.get(1));
        Failure why = a.awaitStuck();
        assertEquals("abort", why.kind());
        assertTrue(
                why.message().contains("NCCL did not give up the group of world 1 on cuda:0 within 600 ms"),
                why.message());
    }

    @Test
    void anEndThatHangsIsBoundedAndEndsItsProcess() throws Exception {
        TestingMember a = start(
                WorldOptions.builder().leaveTimeout(Duration.ofMillis(400)).abortTimeout(Duration.ofMillis(600)));
        TestingMember b = start();
        List<World> worlds = form(1, a, b);
        works(worlds.get(0), worlds.get(1));
        TestingFaults.set("HANGING_DESTROY@0=1");
        a.worlds().leave(1);
        b.await(1, WorldState.CLOSED);
        assertEquals("abort", a.awaitStuck().kind());
    }

    @Test
    void acrossHostsADeadPeerIsSeenAsOnOne() throws Exception {
        TestingFaults.set("HOST_ID@0=one", "HOST_ID@1=other");
        TestingMember a = start();
        TestingMember b = start();
        List<World> worlds = form(1, a, b);
        works(worlds.get(0), worlds.get(1));
        TestingFaults.set("HOST_ID@0=one", "HOST_ID@1=other", "SILENT_PEER@1=0");
        CompletableFuture<Void> send = worlds.get(0).communicator().send(1, TestingTensors.marked(LARGE, 1));
        worlds.get(1).communicator().receive(0).exceptionally(broken -> null);
        b.end();
        assertEquals(ErrorCode.BROKEN_WORLD, failure(send).code());
        Failure cause = a.await(1, WorldState.BROKEN).cause().orElseThrow();
        assertTrue(List.of("link", "closed", "nccl").contains(cause.kind()), cause.toString());
    }
}
