package dev.orrery.benchmarks.participant;

import dev.orrery.benchmarks.command.CollectiveKind;
import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.payload.WrongDataException;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Communicator;
import dev.orrery.world.ReduceOperation;

/** One collective operation again and again, in batches that all ranks begin together. */
final class CollectiveLoop {
    /** As the scripts of the peers do, whose values would overflow otherwise. */
    private static final long LARGEST_BATCH = 50;

    private final Communicator communicator;
    private final int rank;
    private final Command.Collective command;

    CollectiveLoop(Communicator communicator, int rank, Command.Collective command) {
        this.communicator = communicator;
        this.rank = rank;
        this.command = command;
    }

    /** Returns how long the operations that count took, in nanoseconds. */
    long run() {
        try (Tensor tensor = Tensor.allocate(DataType.FP32, command.bytes() / Float.BYTES)) {
            part(tensor, command.warmup());
            return part(tensor, command.count());
        }
    }

    private long part(Tensor tensor, long operations) {
        long nanos = 0;
        for (long left = operations; left > 0; left -= LARGEST_BATCH) {
            long batch = Math.min(left, LARGEST_BATCH);
            nanos += command.kind() == CollectiveKind.ALL_REDUCE
                    ? allReduceBatch(tensor, batch)
                    : broadcastBatch(tensor, batch);
        }
        return nanos;
    }

    private long allReduceBatch(Tensor tensor, long operations) {
        float expected = command.ranks() * (command.ranks() + 1) / 2f;
        fill(tensor, rank + 1f);
        communicator.barrier().join();
        long start = System.nanoTime();
        for (long i = 1; i < operations; i++) {
            try (Tensor sum =
                    communicator.allReduce(tensor, ReduceOperation.SUM).join()) {
                checkEnds(sum, expected);
            }
        }
        try (Tensor sum = communicator.allReduce(tensor, ReduceOperation.SUM).join()) {
            long nanos = System.nanoTime() - start;
            checkAll(sum, expected);
            return nanos;
        }
    }

    private long broadcastBatch(Tensor tensor, long operations) {
        float value = (float) operations;
        fill(tensor, rank == 0 ? value : 0);
        communicator.barrier().join();
        long start = System.nanoTime();
        for (long i = 0; i < operations; i++) {
            communicator.broadcast(0, tensor).join();
        }
        long nanos = System.nanoTime() - start;
        checkAll(tensor, value);
        return nanos;
    }

    private static void fill(Tensor tensor, float value) {
        for (long i = 0; i < tensor.elements(); i++) {
            tensor.setFloat(i, value);
        }
    }

    private void checkEnds(Tensor tensor, float expected) {
        check(tensor, 0, expected);
        check(tensor, tensor.elements() - 1, expected);
    }

    private void checkAll(Tensor tensor, float expected) {
        for (long i = 0; i < tensor.elements(); i++) {
            check(tensor, i, expected);
        }
    }

    private void check(Tensor tensor, long index, float expected) {
        if (tensor.getFloat(index) != expected) {
            throw new WrongDataException("%s gave rank %d the value %s at element %d instead of %s"
                    .formatted(command.kind(), rank, tensor.getFloat(index), index, expected));
        }
    }
}
