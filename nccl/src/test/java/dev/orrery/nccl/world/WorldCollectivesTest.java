package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.failure;
import static dev.orrery.nccl.world.TestingMember.form;
import static dev.orrery.nccl.world.TestingMember.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Communicator;
import dev.orrery.world.ReduceOperation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Collective operations over real transports; what they compute is tested more widely without. */
@Timeout(180)
final class WorldCollectivesTest extends EachCarrier {
    private static final int SMALL = 1000;
    private static final int LARGE = 700_001;

    /** A tensor of that many values, by rank and place. */
    private static Tensor values(int rank, int place, int elements) {
        Tensor tensor = Tensor.allocate(DataType.FP32, elements);
        for (int i = 0; i < elements; i++) {
            tensor.setFloat(i, value(rank, place, i));
        }
        return tensor;
    }

    private static float value(int rank, int place, int index) {
        return rank * 3 + place * 5 + index % 97;
    }

    private static void assertValues(Tensor tensor, int elements, Function<Integer, Float> expected) {
        assertEquals(elements, tensor.elements());
        for (int i = 0; i < elements; i++) {
            assertEquals(expected.apply(i), tensor.getFloat(i));
        }
        tensor.close();
    }

    private static List<Tensor> forEach(int rank, int size, int elements) {
        List<Tensor> tensors = new ArrayList<>();
        for (int place = 0; place < size; place++) {
            tensors.add(values(rank, place, elements));
        }
        return tensors;
    }

    private static <T> List<T> all(List<World> worlds, BiFunction<Communicator, Integer, CompletableFuture<T>> call) {
        List<CompletableFuture<T>> calls = new ArrayList<>();
        for (int rank = 0; rank < worlds.size(); rank++) {
            calls.add(call.apply(worlds.get(rank).communicator(), rank));
        }
        return calls.stream().map(TestingMember::get).toList();
    }

    private static float sum(int size, int place, int index) {
        float sum = 0;
        for (int rank = 0; rank < size; rank++) {
            sum += value(rank, place, index);
        }
        return sum;
    }

    private void everyOperation(int size) {
        List<TestingMember> members = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            members.add(start());
        }
        try {
            List<World> worlds = form(1, members.toArray(TestingMember[]::new));
            for (int elements : new int[] {0, SMALL, LARGE}) {
                reductions(worlds, elements);
                distributions(worlds, elements);
            }
        } finally {
            members.forEach(TestingMember::close);
        }
    }

    private void reductions(List<World> worlds, int elements) {
        int size = worlds.size();
        all(worlds, (world, rank) -> world.allReduce(values(rank, 0, elements), ReduceOperation.SUM))
                .forEach(result -> assertValues(result, elements, i -> sum(size, 0, i)));
        List<Optional<Tensor>> reduced =
                all(worlds, (world, rank) -> world.reduce(size - 1, values(rank, 0, elements), ReduceOperation.MAX));
        for (int rank = 0; rank < size; rank++) {
            assertEquals(rank == size - 1, reduced.get(rank).isPresent());
        }
        assertValues(reduced.get(size - 1).orElseThrow(), elements, i -> value(size - 1, 0, i));
        List<Tensor> parts =
                all(worlds, (world, rank) -> world.reduceScatter(forEach(rank, size, elements), ReduceOperation.SUM));
        for (int rank = 0; rank < size; rank++) {
            int place = rank;
            assertValues(parts.get(rank), elements, i -> sum(size, place, i));
        }
    }

    private void distributions(List<World> worlds, int elements) {
        int size = worlds.size();
        all(worlds, (world, rank) -> world.broadcast(1, values(rank, 0, elements)))
                .forEach(result -> assertValues(result, elements, i -> value(1, 0, i)));
        for (List<Tensor> gathered : all(worlds, (world, rank) -> world.allGather(values(rank, 0, elements)))) {
            for (int rank = 0; rank < size; rank++) {
                int from = rank;
                assertValues(gathered.get(rank), elements, i -> value(from, 0, i));
            }
        }
        List<List<Tensor>> exchanged = all(worlds, (world, rank) -> world.allToAll(forEach(rank, size, elements)));
        List<Tensor> scattered = all(
                worlds,
                (world, rank) -> world.scatter(
                        0,
                        rank == 0 ? forEach(0, size, elements) : List.of(),
                        Tensor.allocate(DataType.FP32, elements)));
        for (int rank = 0; rank < size; rank++) {
            int place = rank;
            for (int other = 0; other < size; other++) {
                int from = other;
                assertValues(exchanged.get(rank).get(other), elements, i -> value(from, place, i));
            }
            assertValues(scattered.get(rank), elements, i -> value(0, place, i));
        }
        List<List<Tensor>> gathered = all(worlds, (world, rank) -> world.gather(0, values(rank, 0, elements)));
        assertEquals(List.of(), gathered.get(1));
        for (int rank = 0; rank < size; rank++) {
            int from = rank;
            assertValues(gathered.get(0).get(rank), elements, i -> value(from, 0, i));
        }
        all(worlds, (world, rank) -> world.barrier());
    }

    @Test
    void everyOperationOfTwo() {
        everyOperation(2);
    }

    @Test
    void everyOperationOfFive() {
        everyOperation(5);
    }

    @Test
    void sixteenMembersAgree() {
        List<TestingMember> members = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            members.add(start());
        }
        try {
            List<World> worlds = form(1, members.toArray(TestingMember[]::new));
            for (int elements : new int[] {1, SMALL, 100_000}) {
                all(worlds, (world, rank) -> world.allReduce(values(rank, 0, elements), ReduceOperation.SUM))
                        .forEach(result -> assertValues(result, elements, i -> sum(16, 0, i)));
            }
        } finally {
            members.forEach(TestingMember::close);
        }
    }

    @Test
    void membersThatDisagreeBreakTheWorldForAllAndEachSideIsNamed() throws Exception {
        try (TestingMember a = start();
                TestingMember b = start();
                TestingMember c = start()) {
            List<World> worlds = form(1, a, b, c);
            List<CompletableFuture<?>> calls = List.of(
                    worlds.get(0).communicator().allReduce(values(0, 0, SMALL), ReduceOperation.SUM),
                    worlds.get(1).communicator().allReduce(values(1, 0, SMALL), ReduceOperation.MAX),
                    worlds.get(2).communicator().allReduce(values(2, 0, SMALL), ReduceOperation.SUM));
            for (CompletableFuture<?> call : calls) {
                assertEquals(ErrorCode.BROKEN_WORLD, failure(call).code());
            }
            for (TestingMember member : List.of(a, b, c)) {
                Failure cause = member.await(1, WorldState.BROKEN).cause().orElseThrow();
                assertEquals("mismatch", cause.kind());
                assertTrue(cause.message().contains("rank 1 (test/stage-1"), cause.message());
                assertTrue(cause.message().contains("SUM") && cause.message().contains("MAX"), cause.message());
            }
        }
    }

    @Test
    void aReceiveWithAnotherSizeOrOperationBreaksTheWorld() throws Exception {
        try (TestingMember a = start();
                TestingMember b = start()) {
            List<World> worlds = form(1, a, b);
            try (Tensor small = values(0, 0, 3)) {
                CompletableFuture<Tensor> receive = worlds.get(1).communicator().receive(0, small);
                worlds.get(0).communicator().send(1, values(0, 0, 4)).exceptionally(broken -> null);
                assertEquals(ErrorCode.BROKEN_WORLD, failure(receive).code());
            }
            assertEquals(
                    "mismatch",
                    a.await(1, WorldState.BROKEN).cause().orElseThrow().kind());
            List<World> again = form(2, a, b);
            CompletableFuture<Void> barrier = again.get(0).communicator().barrier();
            CompletableFuture<Tensor> instead = again.get(1).communicator().receive(0);
            assertEquals(ErrorCode.BROKEN_WORLD, failure(barrier).code());
            assertEquals(ErrorCode.BROKEN_WORLD, failure(instead).code());
        }
    }

    @Test
    void anOperationPastItsOwnDeadlineBreaksTheWorld() throws Exception {
        try (TestingMember a = start();
                TestingMember b = start()) {
            List<World> worlds = form(1, a, b);
            Communicator hurried = worlds.get(0).communicator().within(Duration.ofMillis(100));
            List<CompletableFuture<?>> calls =
                    List.of(hurried.allReduce(values(0, 0, SMALL), ReduceOperation.SUM), hurried.receive(1));
            for (CompletableFuture<?> call : calls) {
                assertEquals(ErrorCode.BROKEN_WORLD, failure(call).code());
            }
            Failure cause = b.await(1, WorldState.BROKEN).cause().orElseThrow();
            assertEquals("deadline", cause.kind());
            assertTrue(cause.message().contains("allReduce"), cause.message());
        }
    }

    @Test
    void aMemberThatEndsInsideAnOperationFailsItForTheOthersAndLeavesNoMemory() throws Exception {
        long blocks = MemoryPool.shared().blocksInUse();
        try (TestingMember a = start();
                TestingMember b = start();
                TestingMember c = start()) {
            List<World> worlds = form(1, a, b, c);
            List<World> other = form(2, a, c);
            try (Tensor first = values(0, 0, LARGE);
                    Tensor third = values(2, 0, LARGE)) {
                CompletableFuture<Tensor> here = worlds.get(0).communicator().allReduce(first, ReduceOperation.SUM);
                CompletableFuture<Tensor> there = worlds.get(2).communicator().allReduce(third, ReduceOperation.SUM);
                b.end();
                assertEquals(ErrorCode.BROKEN_WORLD, failure(here).code());
                assertEquals(ErrorCode.BROKEN_WORLD, failure(there).code());
            }
            try (Tensor given = values(0, 0, 8)) {
                all(other, (world, rank) -> world.allReduce(given, ReduceOperation.SUM))
                        .forEach(Tensor::close);
            }
            get(a.worlds().leave(2));
        }
        assertTrue(MemoryPool.shared().blocksInUse() <= blocks, "more memory is in use than before");
    }
}
