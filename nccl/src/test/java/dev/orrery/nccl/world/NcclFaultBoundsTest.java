package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.failure;
import static dev.orrery.nccl.world.TestingMember.form;
import static dev.orrery.nccl.world.TestingMember.get;
import static dev.orrery.nccl.world.TestingMember.pass;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.device.Gpu;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Communicator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Within which bounds faults of CUDA and NCCL are told, and that nothing is left of them. */
@Timeout(120)
final class NcclFaultBoundsTest {
    private static final int LARGE = 8 << 20;
    /** What threads of this process may have to wait for a processor. */
    private static final long SLACK_MILLIS = 1_500;

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

    private TestingMember start(WorldOptions.Builder options) {
        TestingMember member = TestingMember.start(options.gpu(TestingGpus.take()));
        members.add(member);
        return member;
    }

    private TestingMember start() {
        return start(WorldOptions.builder());
    }

    private static Communicator device(World world) {
        return ((PlacingWorld) world).inner().communicator();
    }

    private static List<Tensor> numbersOn(int index) {
        Gpu gpu = TestingGpus.open(index);
        return List.of(gpu.copyOf(TestingTensors.number(1)), gpu.copyOf(TestingTensors.number(2)));
    }

    private static void assertWithin(String what, long millis, long start) {
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertTrue(took >= millis, what + " already after " + took + " ms");
        assertTrue(took <= millis + SLACK_MILLIS, what + " only after " + took + " ms");
    }

    private static List<CompletableFuture<?>> beginLarge(List<World> worlds) {
        try (Tensor large = TestingTensors.marked(LARGE, 1)) {
            // What is sent is a copy on the device.
            return List.of(
                    worlds.get(1).communicator().receive(0),
                    worlds.get(0).communicator().send(1, large));
        }
    }

    /** However it ends. */
    private static void awaitEnd(CompletableFuture<?> operation) {
        operation
                .handle((value, failure) -> true)
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void standingStillIsToldAtTheOperationsDeadline() throws Exception {
        TestingMember a = start(WorldOptions.builder().operationTimeout(Duration.ofMillis(500)));
        TestingMember b = start(WorldOptions.builder().operationTimeout(Duration.ofMillis(500)));
        List<World> worlds = form(1, a, b);
        pass(worlds.get(0), worlds.get(1), TestingTensors.number(1)).close();
        TestingFaults.set("SILENT_PEER@1=0");
        long start = System.nanoTime();
        List<CompletableFuture<?>> pending = beginLarge(worlds);
        a.await(1, WorldState.BROKEN);
        b.await(1, WorldState.BROKEN);
        pending.forEach(
                each -> assertEquals(ErrorCode.BROKEN_WORLD, failure(each).code()));
        assertWithin("broken", 500, start);
    }

    /** The first operation ends, and has the group fail while the second is in the stream, where it never ends. */
    @Test
    void anErrorOfTheGroupIsToldWhileAnOperationHangs() throws Exception {
        TestingMember a = start(WorldOptions.builder().operationTimeout(Duration.ofSeconds(8)));
        TestingMember b = start(WorldOptions.builder().operationTimeout(Duration.ofSeconds(8)));
        List<World> worlds = form(1, a, b);
        pass(worlds.get(0), worlds.get(1), TestingTensors.number(1)).close();
        TestingFaults.set("SLOW_MILLIS=200", "SILENT_PEER@1=1", "ASYNC_ERROR@0=6:1");
        long start = System.nanoTime();
        beginLarge(worlds);
        List<CompletableFuture<?>> hanging = beginLarge(worlds);
        for (TestingMember member : List.of(a, b)) {
            Failure cause = member.await(1, WorldState.BROKEN).cause().orElseThrow();
            assertEquals("nccl", cause.kind(), cause::toString);
            assertTrue(cause.message().contains("(6)"), cause.message());
        }
        hanging.forEach(
                each -> assertEquals(ErrorCode.BROKEN_WORLD, failure(each).code()));
        assertWithin("broken", 200, start);
    }

    @Test
    void anAbortThatHangsIsToldAtItsTimeout() throws Exception {
        TestingMember a = start(WorldOptions.builder().abortTimeout(Duration.ofMillis(700)));
        TestingMember b = start();
        List<World> worlds = form(1, a, b);
        TestingFaults.set("SILENT_PEER@1=0", "HANGING_ABORT@0=1");
        List<CompletableFuture<?>> pending = beginLarge(worlds);
        b.end();
        a.await(1, WorldState.BROKEN);
        long start = System.nanoTime();
        CompletableFuture<Void> left = a.worlds().leave(1);
        assertTrue(a.awaitStuck().message().contains("world 1 on cuda:0"), a.stuck()::toString);
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertTrue(took <= 700 + SLACK_MILLIS, "only after " + took + " ms");
        // Its memory may be written to as long as NCCL has not given it up.
        assertFalse(left.isDone(), "it was left although NCCL hangs in it");
        TestingFaults.clear();
        get(left);
        pending.forEach(
                each -> assertEquals(ErrorCode.BROKEN_WORLD, failure(each).code()));
    }

    /** @param rank of the member whose NCCL hangs; rank 0 leaves, rank 1 hears of it */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void anEndThatHangsIsToldWhenItsTimesAreOver(int rank) throws Exception {
        Duration patience = Duration.ofMillis(600);
        TestingMember a = start(
                WorldOptions.builder().leaveTimeout(Duration.ofMillis(400)).abortTimeout(patience));
        TestingMember b = start(
                WorldOptions.builder().leaveTimeout(Duration.ofMillis(400)).abortTimeout(patience));
        TestingMember hanging = rank == 0 ? a : b;
        List<World> worlds = form(1, a, b);
        pass(worlds.get(0), worlds.get(1), TestingTensors.number(1)).close();
        TestingFaults.set("HANGING_DESTROY@" + rank + "=1");
        long start = System.nanoTime();
        CompletableFuture<Void> left = a.worlds().leave(1);
        b.await(1, WorldState.CLOSED);
        assertEquals("abort", hanging.awaitStuck().kind());
        assertWithin("told", patience.toMillis(), start);
        CompletableFuture<Void> freed = hanging.worlds().leave(1);
        assertFalse(freed.isDone(), "it was left although NCCL hangs in it");
        TestingFaults.clear();
        get(freed);
        get(left);
    }

    @Test
    void anOperationThatStaysInProgressHoldsUpNoOtherWorldOfItsProcess() {
        TestingMember a = start();
        TestingMember b = start();
        TestingMember c = start();
        List<World> slow = form(1, a, b);
        List<World> free = form(2, b, c);
        pass(free.get(0), free.get(1), TestingTensors.number(1)).close();
        TestingFaults.set("IN_PROGRESS_MILLIS@0=2000");
        long start = System.nanoTime();
        List<CompletableFuture<?>> pending = beginLarge(slow);
        pass(free.get(0), free.get(1), TestingTensors.number(1)).close();
        pass(free.get(1), free.get(0), TestingTensors.number(1)).close();
        pending.forEach(each -> assertFalse(each.isDone(), "nothing was in progress"));
        pending.forEach(TestingMember::get);
        assertWithin("done", 2_000, start);
        assertTrue(a.stuck().isEmpty() && b.stuck().isEmpty());
    }

    /** What both members call. */
    enum Called {
        ALL_GATHER,
        ALL_TO_ALL;

        CompletableFuture<?> by(Communicator member, List<Tensor> given) {
            return this == ALL_GATHER ? member.allGather(given.get(0)) : member.allToAll(given);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "COPY_ERROR@0=1:1, ALL_GATHER, cuda, cudaMemcpyAsync failed",
        "COPY_ERROR@1=1:1, ALL_TO_ALL, cuda, cudaMemcpyAsync failed",
        "OPERATION_ERROR@0=5:1, ALL_GATHER, nccl, ncclAllGather failed",
        "OPERATION_ERROR@1=5:1, ALL_TO_ALL, nccl, failed",
        "ASYNC_ERROR@1=3:1, ALL_TO_ALL, nccl, (3)"
    })
    void anErrorInsideACollectiveBreaksTheWorldAtBoth(String fault, Called called, String kind, String told)
            throws Exception {
        TestingMember a = start();
        TestingMember b = start();
        TestingMember c = start();
        List<World> worlds = form(1, a, b);
        List<World> other = form(2, c, a);
        List<List<Tensor>> given = List.of(numbersOn(0), numbersOn(1));
        TestingFaults.set(fault);
        // What ended before anybody asked for an asynchronous error breaks the world with the next one.
        for (int i = 0; i < 3 && worlds.get(0).state() == WorldState.READY; i++) {
            List<CompletableFuture<?>> both = new ArrayList<>();
            for (int rank = 0; rank < 2; rank++) {
                both.add(called.by(device(worlds.get(rank)), given.get(rank)));
            }
            both.forEach(NcclFaultBoundsTest::awaitEnd);
        }
        for (TestingMember member : List.of(a, b)) {
            Failure cause = member.await(1, WorldState.BROKEN).cause().orElseThrow();
            assertEquals(kind, cause.kind(), cause::toString);
            assertTrue(cause.message().contains(told), cause.message());
            get(member.worlds().leave(1));
        }
        TestingFaults.clear();
        given.forEach(tensors -> tensors.forEach(Tensor::close));
        pass(other.get(0), other.get(1), TestingTensors.number(1)).close();
        List<World> fresh = form(3, a, b);
        pass(fresh.get(0), fresh.get(1), TestingTensors.number(1)).close();
    }

    /** Ways in which a world of two members ends, each with what it leaves behind if it is not cleaned up. */
    enum Way {
        FORMING("INIT_ERROR@1=3"),
        ASYNCHRONOUS("ASYNC_ERROR@0=6:1"),
        OPERATION("OPERATION_ERROR@1=5:1"),
        STANDSTILL("SILENT_PEER@1=0"),
        MEMORY("OUT_OF_MEMORY_AFTER@1=1000"),
        SLOW_ABORT("SILENT_PEER@1=0 SLOW_ABORT_MILLIS@0=100");

        private final String faults;

        Way(String faults) {
            this.faults = faults;
        }

        void end(long id, TestingMember a, TestingMember b) throws Exception {
            if (this == FORMING) {
                TestingFaults.set(faults.split(" ", -1));
                WorldSpec spec = TestingMember.spec(id, a, b);
                CompletableFuture<World> first = a.join(spec, 0);
                failure(b.join(spec, 1));
                failure(first);
            } else {
                List<World> worlds = form(id, a, b);
                pass(worlds.get(0), worlds.get(1), TestingTensors.number(1)).close();
                TestingGpus.open(1).trim();
                TestingFaults.set(faults.split(" ", -1));
                // What ended before anybody asked for an asynchronous error breaks the world with the next one.
                for (int i = 0; i < 3 && worlds.get(0).state() == WorldState.READY; i++) {
                    beginLarge(worlds).forEach(NcclFaultBoundsTest::awaitEnd);
                }
            }
            a.await(id, WorldState.BROKEN);
            b.await(id, WorldState.BROKEN);
            get(a.worlds().leave(id));
            get(b.worlds().leave(id));
            TestingFaults.clear();
        }
    }

    /** @param streams of the emulation, each of which has a thread */
    private record Left(long deviceBytes, long streams) {
        static Left now() throws IOException {
            long streams = 0;
            try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
                for (Path thread : threads.toList()) {
                    streams += name(thread).equals("emulated-stream") ? 1 : 0;
                }
            }
            return new Left(TestingGpus.bytesInUse(), streams);
        }

        private static String name(Path thread) throws IOException {
            try {
                return Files.readString(thread.resolve("comm")).strip();
            } catch (NoSuchFileException e) {
                return "";
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void howeverAWorldEndsItsMemoryAndItsStreamAreUsedAgain(Way way) throws Exception {
        Duration limit = Duration.ofMillis(200);
        TestingMember a = start(WorldOptions.builder().operationTimeout(limit));
        TestingMember b = start(WorldOptions.builder().operationTimeout(limit));
        way.end(1, a, b);
        Left before = Left.now();
        for (long id = 2; id <= 5; id++) {
            way.end(id, a, b);
        }
        Left now = Left.now();
        // What earlier tests left to the garbage collector may be gone by now.
        assertTrue(now.deviceBytes <= before.deviceBytes && now.streams <= before.streams, before + ", then " + now);
        assertTrue(a.stuck().isEmpty() && b.stuck().isEmpty());
        List<World> fresh = form(6, a, b);
        pass(fresh.get(0), fresh.get(1), TestingTensors.number(1)).close();
    }
}
