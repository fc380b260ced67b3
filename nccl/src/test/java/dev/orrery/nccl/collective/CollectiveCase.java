package dev.orrery.nccl.collective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.nccl.transfer.CollectiveKind;
import dev.orrery.nccl.transfer.Transfers;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.ReduceOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * One operation at all members of a world: what each gives, and what each must get. The values are such that every order of
 * combination gives the same result exactly.
 */
record CollectiveCase(
        CollectiveKind kind, DataType type, ReduceOperation operation, int size, int elements, int root, long seed) {

    /** What one member gave and waits for. */
    record Part(int rank, List<Tensor> given, CompletableFuture<List<Tensor>> results) {
        void closeAll() {
            if (results.isDone() && !results.isCompletedExceptionally()) {
                results.join().forEach(Tensor::close);
            }
            given.forEach(Tensor::close);
        }
    }

    static boolean reduces(CollectiveKind kind) {
        return kind == CollectiveKind.REDUCE
                || kind == CollectiveKind.ALL_REDUCE
                || kind == CollectiveKind.REDUCE_SCATTER;
    }

    private boolean givesToEach(int rank) {
        return switch (kind) {
            case REDUCE_SCATTER, ALL_TO_ALL -> true;
            case SCATTER -> rank == root;
            default -> false;
        };
    }

    Part issue(Transfers transfers, Collectives collectives) {
        int rank = transfers.rank();
        List<Tensor> given = new ArrayList<>();
        int count = givesToEach(rank) ? size : kind == CollectiveKind.BARRIER || kind == CollectiveKind.SCATTER ? 0 : 1;
        for (int i = 0; i < count; i++) {
            given.add(tensor(rank, i));
        }
        return new Part(rank, given, start(collectives, given));
    }

    private CompletableFuture<List<Tensor>> start(Collectives to, List<Tensor> given) {
        return switch (kind) {
            case BROADCAST -> to.broadcast(root, given.get(0)).thenApply(same -> List.of());
            case REDUCE ->
                to.reduce(root, given.get(0), operation)
                        .thenApply(result -> result.stream().toList());
            case ALL_REDUCE -> to.allReduce(given.get(0), operation).thenApply(List::of);
            case GATHER -> to.gather(root, given.get(0));
            case ALL_GATHER -> to.allGather(given.get(0));
            case SCATTER -> {
                Tensor into = blank();
                List<Tensor> scattered = List.copyOf(given);
                given.add(into);
                yield to.scatter(root, scattered, into).thenApply(same -> List.of());
            }
            case REDUCE_SCATTER -> to.reduceScatter(given, operation).thenApply(List::of);
            case ALL_TO_ALL -> to.allToAll(given);
            case BARRIER -> to.barrier().thenApply(nothing -> List.of());
        };
    }

    /** Fails unless that member got what it must, bit by bit. */
    void check(Part part) {
        int rank = part.rank;
        assertTrue(part.results.isDone(), () -> "rank " + rank + " waits for ever: " + this);
        List<Tensor> results = part.results.join();
        switch (kind) {
            case BROADCAST -> same(tensor(root, 0), part.given.get(0));
            case REDUCE -> {
                assertEquals(rank == root ? 1 : 0, results.size());
                results.forEach(result -> same(combined(0), result));
            }
            case ALL_REDUCE -> same(combined(0), results.get(0));
            case GATHER, ALL_GATHER -> {
                boolean gets = kind == CollectiveKind.ALL_GATHER || rank == root;
                assertEquals(gets ? size : 0, results.size());
                for (int i = 0; i < results.size(); i++) {
                    same(tensor(i, 0), results.get(i));
                }
            }
            case SCATTER -> same(tensor(root, rank), part.given.get(part.given.size() - 1));
            case REDUCE_SCATTER -> same(combined(rank), results.get(0));
            case ALL_TO_ALL -> {
                for (int i = 0; i < size; i++) {
                    same(tensor(i, rank), results.get(i));
                }
            }
            case BARRIER -> assertTrue(results.isEmpty());
        }
    }

    private void same(Tensor expected, Tensor actual) {
        try (expected) {
            assertEquals(expected.dataType(), actual.dataType());
            assertEquals(expected.byteSize(), actual.byteSize());
            for (long i = 0; i < expected.byteSize(); i++) {
                if (expected.buffer(i, 1).get(0) != actual.buffer(i, 1).get(0)) {
                    throw new AssertionError("byte " + i + " of " + expected.byteSize() + " differs: " + this);
                }
            }
        }
    }

    private Tensor blank() {
        return type.fixedSize() ? Tensor.allocate(type, elements) : Tensor.allocateBytes(4L * elements, elements);
    }

    /** What that rank gives at a place. */
    Tensor tensor(int rank, int place) {
        Tensor tensor = blank();
        Random random = new Random(seed * 1_000_003 + rank * 1009L + place);
        if (!reduces(kind)) {
            for (long i = 0; i < tensor.byteSize(); i++) {
                NativeMemory.putByte(tensor.address() + i, (byte) random.nextInt());
            }
            return tensor;
        }
        for (int i = 0; i < elements; i++) {
            long at = tensor.address() + (long) i * type.size();
            if (TestingElements.isFloating(type)) {
                TestingElements.writeFloating(type, at, floating(random, rank));
            } else {
                TestingElements.writeInteger(
                        type,
                        at,
                        random.nextInt(type == DataType.BOOL ? 3 : 7)
                                - (type == DataType.UINT8 || type == DataType.BOOL ? 0 : 3));
            }
        }
        return tensor;
    }

    /** Products of these stay exact in every type, as do sums. */
    private double floating(Random random, int rank) {
        if (operation != ReduceOperation.PRODUCT) {
            return random.nextInt(7) - 3;
        }
        return (random.nextBoolean() ? 1 : -1) * (rank < 7 && random.nextBoolean() ? 2 : 1);
    }

    private Tensor combined(int place) {
        Tensor sum = tensor(0, place);
        for (int rank = 1; rank < size; rank++) {
            try (Tensor next = tensor(rank, place)) {
                for (int i = 0; i < elements; i++) {
                    long offset = (long) i * type.size();
                    long at = sum.address() + offset;
                    TestingElements.combine(type, operation, at, next.address() + offset, at);
                }
            }
        }
        if (operation == ReduceOperation.AVG) {
            for (int i = 0; i < elements; i++) {
                TestingElements.divide(type, sum.address() + (long) i * type.size(), size);
            }
        }
        return sum;
    }
}
