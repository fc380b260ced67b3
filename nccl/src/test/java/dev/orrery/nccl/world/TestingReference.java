package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.get;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.nccl.World;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Communicator;
import dev.orrery.world.ReduceOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntToDoubleFunction;

/** Every operation at one rank, compared with what a plain loop over all ranks gives. */
final class TestingReference {
    private static final int[] ELEMENTS = {1, 1_000, 100_003};
    private static final int[] ELEMENTS_FOR_EACH = {1, 5_000};

    private final Communicator communicator;
    private final int rank;
    private final int size;

    TestingReference(World world) {
        this.communicator = world.communicator();
        this.rank = world.rank();
        this.size = world.size();
    }

    void checkAll() {
        for (int elements : ELEMENTS) {
            ring(elements);
            broadcast(elements);
            reductions(elements);
            gathers(elements);
        }
        for (int elements : ELEMENTS_FOR_EACH) {
            exchanges(elements);
        }
        get(communicator.barrier());
    }

    /** Small whole numbers: their sums are exact in any order. */
    private static double value(int from, int place, int index) {
        return from * 3 + place * 5 + index % 97;
    }

    private double sum(int place, int index) {
        double sum = 0;
        for (int from = 0; from < size; from++) {
            sum += value(from, place, index);
        }
        return sum;
    }

    private Tensor mine(int place, int elements) {
        Tensor tensor = Tensor.allocate(DataType.FP32, elements);
        for (int i = 0; i < elements; i++) {
            tensor.setFloat(i, (float) value(rank, place, i));
        }
        return tensor;
    }

    private List<Tensor> mineForEach(int elements) {
        List<Tensor> tensors = new ArrayList<>();
        for (int place = 0; place < size; place++) {
            tensors.add(mine(place, elements));
        }
        return tensors;
    }

    private void same(String what, Tensor tensor, int elements, IntToDoubleFunction expected) {
        try (tensor) {
            assertEquals(elements, tensor.elements(), what);
            for (int i = 0; i < elements; i++) {
                if (tensor.getFloat(i) != (float) expected.applyAsDouble(i)) {
                    throw new AssertionError("%s at rank %d: element %d of %d is %s, not %s"
                            .formatted(what, rank, i, elements, tensor.getFloat(i), expected.applyAsDouble(i)));
                }
            }
        }
    }

    private void ring(int elements) {
        int before = (rank + size - 1) % size;
        try (Tensor given = mine(0, elements)) {
            CompletableFuture<Void> sent = communicator.send((rank + 1) % size, given);
            same("receive", get(communicator.receive(before)), elements, i -> value(before, 0, i));
            get(sent);
        }
    }

    private void broadcast(int elements) {
        for (int root : new int[] {0, size - 1}) {
            same("broadcast", get(communicator.broadcast(root, mine(0, elements))), elements, i -> value(root, 0, i));
        }
    }

    private void reductions(int elements) {
        int root = size / 2;
        try (Tensor given = mine(0, elements)) {
            same("allReduce SUM", get(communicator.allReduce(given, ReduceOperation.SUM)), elements, i -> sum(0, i));
            same(
                    "allReduce AVG",
                    get(communicator.allReduce(given, ReduceOperation.AVG)),
                    elements,
                    i -> sum(0, i) / size);
            List<Tensor> reduced = get(communicator.reduce(root, given, ReduceOperation.MAX)).stream()
                    .toList();
            assertEquals(rank == root ? 1 : 0, reduced.size());
            reduced.forEach(it -> same("reduce MAX", it, elements, i -> value(size - 1, 0, i)));
        }
    }

    private void gathers(int elements) {
        try (Tensor given = mine(0, elements)) {
            fromEach("allGather", get(communicator.allGather(given)), elements, 0);
            List<Tensor> gathered = get(communicator.gather(1, given));
            if (rank == 1) {
                fromEach("gather", gathered, elements, 0);
            } else {
                assertEquals(List.of(), gathered);
            }
        }
    }

    private void fromEach(String what, List<Tensor> tensors, int elements, int place) {
        assertEquals(size, tensors.size(), what);
        for (int from = 0; from < size; from++) {
            int giver = from;
            same(what, tensors.get(from), elements, i -> value(giver, place, i));
        }
    }

    private void exchanges(int elements) {
        List<Tensor> given = mineForEach(elements);
        fromEach("allToAll", get(communicator.allToAll(given)), elements, rank);
        same("reduceScatter", get(communicator.reduceScatter(given, ReduceOperation.SUM)), elements, i -> sum(rank, i));
        Tensor into = Tensor.allocate(DataType.FP32, elements);
        List<Tensor> scattered = rank == size - 1 ? given : List.of();
        same("scatter", get(communicator.scatter(size - 1, scattered, into)), elements, i -> value(size - 1, rank, i));
        given.forEach(Tensor::close);
    }
}
