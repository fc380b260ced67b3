package dev.orrery.nccl.collective;

import dev.orrery.error.OrreryException;
import dev.orrery.nccl.transfer.CollectiveKind;
import dev.orrery.nccl.transfer.Transfers;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.ReduceOperation;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The collective operations of one world, as {@link dev.orrery.world.Communicator} describes them, out of messages between
 * two members. Each begins with a message to the rank after, so every member hears from the rank before what that one
 * called, and completes only when it was the same: a disagreement anywhere in the ring is seen by a member, and breaks the
 * world for all. Thread-safe.
 *
 * <p>How they are done, by the number of members and the size, is told by {@link AllReduce}, {@link Broadcast}, {@link
 * Reduce}, {@link Distribution} and {@link ReduceScatter}, and compared in {@code docs/collectives.md}.
 */
public final class Collectives implements CollectiveOperations {
    private final Transfers transfers;
    private final IssueOrder order;
    private final Switchover switchover;
    private final Place place;
    private final Arguments arguments;

    /** @param order that of the world, in which its sends and receives are issued as well */
    public Collectives(Transfers transfers, IssueOrder order) {
        this(transfers, order, Switchover.DEFAULT);
    }

    Collectives(Transfers transfers, IssueOrder order, Switchover switchover) {
        this.transfers = transfers;
        this.order = order;
        this.switchover = switchover;
        this.place = new Place(transfers.rank(), transfers.size());
        this.arguments = new Arguments(transfers.rank(), transfers.size());
    }

    @Override
    public CompletableFuture<Tensor> broadcast(int root, Tensor tensor) {
        Optional<OrreryException> wrong = arguments.wrongRoot(root).or(() -> arguments.wrongTensor(tensor));
        if (wrong.isPresent()) {
            return CompletableFuture.failedFuture(wrong.get());
        }
        return issue(
                CallShape.of(CollectiveKind.BROADCAST, root, tensor),
                List.of(tensor),
                memory -> new Operation.Planned<>(
                        Broadcast.plan(place, switchover, root, tensor.address(), tensor.byteSize()), tensor));
    }

    @Override
    public CompletableFuture<Optional<Tensor>> reduce(int root, Tensor tensor, ReduceOperation operation) {
        Optional<OrreryException> wrong = arguments
                .wrongRoot(root)
                .or(() -> arguments.wrongTensor(tensor))
                .or(() -> arguments.wrongReduction(tensor, operation));
        if (wrong.isPresent()) {
            return CompletableFuture.failedFuture(wrong.get());
        }
        return issue(
                CallShape.of(CollectiveKind.REDUCE, root, tensor).by(operation),
                List.of(tensor),
                memory -> planReduce(root, tensor, reduction(tensor, operation), memory));
    }

    private Operation.Planned<Optional<Tensor>> planReduce(
            int root, Tensor tensor, Reduction reduction, WorkingMemory memory) {
        Optional<Tensor> result = place.rank() == root ? Optional.of(memory.resultLike(tensor)) : Optional.empty();
        long byteSize = tensor.byteSize();
        long combined = 0;
        if (result.isPresent()) {
            combined = result.get().address();
        } else if (Reduce.combines(place, switchover, root, byteSize)) {
            combined = memory.scratch(byteSize);
        }
        Reduce.Parts parts = new Reduce.Parts(reduction, tensor.address(), combined, byteSize);
        return new Operation.Planned<>(Reduce.plan(place, switchover, root, parts), result);
    }

    @Override
    public CompletableFuture<Tensor> allReduce(Tensor tensor, ReduceOperation operation) {
        Optional<OrreryException> wrong =
                arguments.wrongTensor(tensor).or(() -> arguments.wrongReduction(tensor, operation));
        if (wrong.isPresent()) {
            return CompletableFuture.failedFuture(wrong.get());
        }
        return issue(CallShape.of(CollectiveKind.ALL_REDUCE, 0, tensor).by(operation), List.of(tensor), memory -> {
            Tensor result = memory.resultLike(tensor);
            AllReduce.Parts parts = new AllReduce.Parts(
                    reduction(tensor, operation), tensor.address(), result.address(), tensor.byteSize());
            Schedule schedule = AllReduce.plan(place, switchover, parts, memory);
            return new Operation.Planned<>(schedule, result);
        });
    }

    @Override
    public CompletableFuture<List<Tensor>> gather(int root, Tensor tensor) {
        Optional<OrreryException> wrong = arguments.wrongRoot(root).or(() -> arguments.wrongTensor(tensor));
        if (wrong.isPresent()) {
            return CompletableFuture.failedFuture(wrong.get());
        }
        return issue(CallShape.of(CollectiveKind.GATHER, root, tensor), List.of(tensor), memory -> {
            List<Tensor> results = place.rank() == root ? memory.resultsLike(tensor, place.size()) : List.of();
            Schedule schedule =
                    Distribution.gather(place, root, tensor.address(), addresses(results), tensor.byteSize());
            return new Operation.Planned<>(schedule, results);
        });
    }

    @Override
    public CompletableFuture<List<Tensor>> allGather(Tensor tensor) {
        Optional<OrreryException> wrong = arguments.wrongTensor(tensor);
        if (wrong.isPresent()) {
            return CompletableFuture.failedFuture(wrong.get());
        }
        return issue(CallShape.of(CollectiveKind.ALL_GATHER, 0, tensor), List.of(tensor), memory -> {
            List<Tensor> results = memory.resultsLike(tensor, place.size());
            Schedule schedule =
                    Distribution.allGather(place, switchover, tensor.address(), addresses(results), tensor.byteSize());
            return new Operation.Planned<>(schedule, results);
        });
    }

    @Override
    public CompletableFuture<Tensor> scatter(int root, List<Tensor> tensors, Tensor into) {
        List<Tensor> given = List.copyOf(tensors);
        Optional<OrreryException> wrong = arguments
                .wrongRoot(root)
                .or(() -> arguments.wrongTensor(into))
                .or(() -> arguments.wrongScatter(root, given, into));
        if (wrong.isPresent()) {
            return CompletableFuture.failedFuture(wrong.get());
        }
        return issue(CallShape.of(CollectiveKind.SCATTER, root, into), List.of(given, into), memory -> {
            Schedule schedule = Distribution.scatter(place, root, addresses(given), into.address(), into.byteSize());
            return new Operation.Planned<>(schedule, into);
        });
    }

    @Override
    public CompletableFuture<Tensor> reduceScatter(List<Tensor> tensors, ReduceOperation operation) {
        List<Tensor> given = List.copyOf(tensors);
        Optional<OrreryException> wrong =
                arguments.wrongTensors(given).or(() -> arguments.wrongReduction(given.get(0), operation));
        if (wrong.isPresent()) {
            return CompletableFuture.failedFuture(wrong.get());
        }
        Tensor own = given.get(place.rank());
        return issue(CallShape.of(CollectiveKind.REDUCE_SCATTER, 0, own).by(operation), given, memory -> {
            Tensor result = memory.resultLike(own);
            Schedule schedule = ReduceScatter.plan(
                    place, reduction(own, operation), addresses(given), result.address(), own.byteSize());
            return new Operation.Planned<>(schedule, result);
        });
    }

    @Override
    public CompletableFuture<List<Tensor>> allToAll(List<Tensor> tensors) {
        List<Tensor> given = List.copyOf(tensors);
        Optional<OrreryException> wrong = arguments.wrongTensors(given);
        if (wrong.isPresent()) {
            return CompletableFuture.failedFuture(wrong.get());
        }
        Tensor own = given.get(place.rank());
        return issue(CallShape.of(CollectiveKind.ALL_TO_ALL, 0, own), given, memory -> {
            List<Tensor> results = memory.resultsLike(own, place.size());
            Schedule schedule = Distribution.allToAll(place, addresses(given), addresses(results), own.byteSize());
            return new Operation.Planned<>(schedule, results);
        });
    }

    public CompletableFuture<Void> barrier() {
        return issue(
                CallShape.BARRIER, List.of(), memory -> new Operation.Planned<Void>(Distribution.barrier(place), null));
    }

    private <T> CompletableFuture<T> issue(CallShape shape, Object owner, Operation.Planner<T> planner) {
        CompletableFuture<T> future = transfers.newFuture();
        Operation<T> operation = new Operation<>(transfers, Optional.empty(), order, future, owner);
        order.collective(sequence -> operation.start(shape.at(sequence), planner));
        return future;
    }

    private Reduction reduction(Tensor tensor, ReduceOperation operation) {
        ReduceKernel<?> kernel = ReduceKernels.of(tensor.dataType(), operation).orElseThrow();
        return new Reduction(kernel, operation, place.size());
    }

    private static long[] addresses(List<Tensor> tensors) {
        long[] addresses = new long[tensors.size()];
        for (int i = 0; i < addresses.length; i++) {
            addresses[i] = tensors.get(i).address();
        }
        return addresses;
    }
}
