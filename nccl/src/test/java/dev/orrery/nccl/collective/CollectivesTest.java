package dev.orrery.nccl.collective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.nccl.transfer.CollectiveKind;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.ReduceOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation gives what it is to give, whatever the number of members, the size and the order of arrival. */
final class CollectivesTest {
    /** Everything goes by the algorithms for large tensors. */
    static final Switchover ALL_LARGE = new Switchover(-1, -1, -1, 48, -1, 16, -1);

    private static final List<Switchover> SWITCHOVERS = List.of(Switchover.DEFAULT, ALL_LARGE);
    private final long seed = new Random().nextLong();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 16})
    void smallTensorsOfEveryTypeByEveryOperation(int size) {
        System.out.println("seed " + seed);
        long number = 0;
        for (CollectiveKind kind : CollectiveKind.values()) {
            for (DataType type : DataType.values()) {
                for (ReduceOperation operation : operations(kind, type)) {
                    for (int elements : new int[] {0, 1, size - 1, size, size + 1, 37}) {
                        for (Switchover switchover : SWITCHOVERS) {
                            number++;
                            int root = (int) (number % size);
                            run(
                                    new CollectiveCase(kind, type, operation, size, elements, root, seed + number),
                                    switchover);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(CollectiveKind.class)
    void severalBlocksOfEveryType(CollectiveKind kind) {
        System.out.println("seed " + seed);
        for (int size : new int[] {2, 3, 5, 8}) {
            for (DataType type : DataType.values()) {
                List<ReduceOperation> operations = operations(kind, type);
                if (!operations.isEmpty()) {
                    ReduceOperation operation = operations.get(operations.size() - 1);
                    for (Switchover switchover : SWITCHOVERS) {
                        run(new CollectiveCase(kind, type, operation, size, 3001, size - 1, seed), switchover);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5})
    void sizesAroundWhereTheAlgorithmChanges(int size) {
        System.out.println("seed " + seed);
        Switchover at = Switchover.DEFAULT;
        for (CollectiveKind kind : CollectiveKind.values()) {
            long limit =
                    switch (kind) {
                        case BROADCAST, REDUCE -> at.tree();
                        case ALL_REDUCE ->
                            size == 2 ? at.pairExchange() : size == 4 ? at.doubling() : at.foldedDoubling();
                        default -> at.fanOut();
                    };
            for (int more : new int[] {-1, 0, 1}) {
                int elements = (int) (limit / Float.BYTES) + more;
                run(new CollectiveCase(kind, DataType.FP32, ReduceOperation.SUM, size, elements, 1, seed), at);
            }
        }
    }

    private static List<ReduceOperation> operations(CollectiveKind kind, DataType type) {
        if (!CollectiveCase.reduces(kind)) {
            return List.of(ReduceOperation.SUM);
        }
        return List.of(ReduceOperation.values()).stream()
                .filter(operation -> ReduceKernels.of(type, operation).isPresent())
                .toList();
    }

    private static void run(CollectiveCase example, Switchover switchover) {
        long before = MemoryPool.shared().blocksInUse();
        TestingTransfers transfers = new TestingTransfers(example.size(), example.seed());
        List<CollectiveCase.Part> parts = new ArrayList<>();
        for (int rank = 0; rank < example.size(); rank++) {
            Collectives collectives = new Collectives(transfers.member(rank), new IssueOrder(), switchover);
            parts.add(example.issue(transfers.member(rank), collectives));
        }
        transfers.runAll();
        assertTrue(transfers.broken().isEmpty(), () -> transfers.broken() + " in " + example);
        parts.forEach(example::check);
        parts.forEach(CollectiveCase.Part::closeAll);
        assertTrue(MemoryPool.shared().blocksInUse() <= before, () -> "memory is left of " + example);
    }

    /** Real numbers, infinities and NaNs of different bits: what a member computes for itself must not differ. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 7, 8})
    void allMembersGetTheSameBits(int size) {
        System.out.println("seed " + seed);
        for (Switchover switchover : SWITCHOVERS) {
            for (DataType type : List.of(DataType.FP16, DataType.BF16, DataType.FP32, DataType.FP64)) {
                for (ReduceOperation operation : ReduceOperation.values()) {
                    checkSameBits(size, type, operation, switchover);
                }
            }
        }
    }

    private void checkSameBits(int size, DataType type, ReduceOperation operation, Switchover switchover) {
        TestingTransfers transfers = new TestingTransfers(size, seed);
        Random random = new Random(seed);
        List<Tensor> given = new ArrayList<>();
        List<CompletableFuture<Tensor>> results = new ArrayList<>();
        for (int rank = 0; rank < size; rank++) {
            Tensor tensor = Tensor.allocate(type, 2000);
            for (int i = 0; i < tensor.byteSize(); i++) {
                // Of random bits many are NaNs, infinities or very small for FP16 and BF16; the others get some.
                tensor.buffer(i, 1).put(0, (byte) (random.nextInt(4) == 0 ? 0xff : random.nextInt()));
            }
            given.add(tensor);
            results.add(
                    new Collectives(transfers.member(rank), new IssueOrder(), switchover).allReduce(tensor, operation));
        }
        transfers.runAll();
        byte[] first = results.get(0).join().toBytes();
        for (CompletableFuture<Tensor> result : results) {
            try (Tensor tensor = result.join()) {
                assertArrayEquals(first, tensor.toBytes());
                if (switchover.equals(Switchover.DEFAULT)) {
                    // All compute it here, in one JVM; in several, additions of two NaNs could differ.
                    checkNaNs(type, tensor);
                }
            }
        }
        given.forEach(Tensor::close);
    }

    private static void checkNaNs(DataType type, Tensor tensor) {
        try (Tensor one = Tensor.allocate(type, 1)) {
            TestingElements.writeFloating(type, one.address(), Double.NaN);
            for (long i = 0; i < tensor.elements(); i++) {
                long at = tensor.address() + i * type.size();
                if (Double.isNaN(TestingElements.readFloating(type, at))) {
                    assertEquals(TestingElements.readBits(type, one.address()), TestingElements.readBits(type, at));
                }
            }
        }
    }

    @Test
    void anExchangeOfTwoMembersIsOneMessageEachWay() {
        TestingTransfers transfers = new TestingTransfers(2, 1);
        List<Tensor> given = List.of(Tensor.ofInts(new int[] {1}, 1), Tensor.ofInts(new int[] {2}, 1));
        List<CompletableFuture<Tensor>> results = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            results.add(new Collectives(transfers.member(rank), new IssueOrder())
                    .allReduce(given.get(rank), ReduceOperation.SUM));
        }
        transfers.runAll();
        assertEquals(2, transfers.messages());
        results.forEach(result -> {
            try (Tensor tensor = result.join()) {
                assertEquals(3, tensor.getInt(0));
            }
        });
        given.forEach(Tensor::close);
    }

    @Test
    void aCancelledOperationTakesPartAndDropsItsResult() {
        long before = MemoryPool.shared().blocksInUse();
        TestingTransfers transfers = new TestingTransfers(2, 1);
        CollectiveCase example =
                new CollectiveCase(CollectiveKind.ALL_GATHER, DataType.FP32, ReduceOperation.SUM, 2, 9, 0, 5);
        Collectives first = new Collectives(transfers.member(0), new IssueOrder());
        Collectives second = new Collectives(transfers.member(1), new IssueOrder());
        try (Tensor own = example.tensor(0, 0)) {
            CompletableFuture<List<Tensor>> cancelled = first.allGather(own);
            cancelled.cancel(false);
            CollectiveCase.Part other = example.issue(transfers.member(1), second);
            transfers.runAll();
            example.check(other);
            other.closeAll();
        }
        assertTrue(MemoryPool.shared().blocksInUse() <= before);
    }
}
