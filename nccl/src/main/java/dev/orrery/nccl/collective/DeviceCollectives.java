package dev.orrery.nccl.collective;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.device.CudaCalls.CopyKind;
import dev.orrery.nccl.device.DeviceStep;
import dev.orrery.nccl.device.DeviceWork;
import dev.orrery.nccl.device.GroupCalls;
import dev.orrery.nccl.device.NcclCalls.Combination;
import dev.orrery.nccl.device.NcclCalls.Reduction;
import dev.orrery.nccl.transfer.CollectiveKind;
import dev.orrery.nccl.transfer.Transfers;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.ReduceOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The collective operations of one world on tensors that lie on its members' devices. First all members hear from each other,
 * without tensors, what each called, so that none begins alone and a disagreement breaks the world; then NCCL does it. Where
 * NCCL has no operation for tensors that lie apart (gather, scatter, all-to-all) it is made of its sends and receives, which is
 * how NCCL makes its own; where it wants them side by side, they are copied on the device.
 */
public final class DeviceCollectives implements CollectiveOperations {
    private final Transfers transfers;
    private final IssueOrder order;
    private final DeviceWork work;
    private final Place place;
    private final Arguments arguments;

    /** @param order that of the world, in which its other operations are issued as well */
    public DeviceCollectives(Transfers transfers, IssueOrder order, DeviceWork work) {
        this.transfers = transfers;
        this.order = order;
        this.work = work;
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
                tensor,
                memory -> planned(tensor, tensor, calls -> calls.broadcast(root, tensor.address(), tensor.byteSize())));
    }

    @Override
    public CompletableFuture<Optional<Tensor>> reduce(int root, Tensor tensor, ReduceOperation operation) {
        Optional<OrreryException> wrong = arguments
                .wrongRoot(root)
                .or(() -> arguments.wrongTensor(tensor))
                .or(() -> wrongReduction(tensor, operation));
        if (wrong.isPresent()) {
            return CompletableFuture.failedFuture(wrong.get());
        }
        CallShape shape = CallShape.of(CollectiveKind.REDUCE, root, tensor).by(operation);
        return issue(shape, tensor, memory -> {
            Optional<Tensor> result = place.rank() == root ? Optional.of(memory.resultLike(tensor)) : Optional.empty();
            Tensor to = result.orElse(tensor);
            return planned(result, tensor, calls -> calls.reduce(root, reduction(tensor, to, operation)));
        });
    }

    @Override
    public CompletableFuture<Tensor> allReduce(Tensor tensor, ReduceOperation operation) {
        Optional<OrreryException> wrong = arguments.wrongTensor(tensor).or(() -> wrongReduction(tensor, operation));
        if (wrong.isPresent()) {
            return CompletableFuture.failedFuture(wrong.get());
        }
        CallShape shape = CallShape.of(CollectiveKind.ALL_REDUCE, 0, tensor).by(operation);
        return issue(shape, tensor, memory -> {
            Tensor result = memory.resultLike(tensor);
            return planned(result, tensor, calls -> calls.allReduce(reduction(tensor, result, operation)));
        });
    }

    @Override
    public CompletableFuture<List<Tensor>> gather(int root, Tensor tensor) {
        Optional<OrreryException> wrong = arguments.wrongRoot(root).or(() -> arguments.wrongTensor(tensor));
        if (wrong.isPresent()) {
            return CompletableFuture.failedFuture(wrong.get());
        }
        return issue(CallShape.of(CollectiveKind.GATHER, root, tensor), tensor, memory -> {
            List<Tensor> results = place.rank() == root ? memory.resultsLike(tensor, place.size()) : List.of();
            return planned(results, tensor, calls -> {
                if (place.rank() == root) {
                    exchange(calls, List.of(), results);
                    copy(calls, tensor, results.get(root));
                } else {
                    calls.send(root, tensor.address(), tensor.byteSize());
                }
            });
        });
    }

    @Override
    public CompletableFuture<List<Tensor>> allGather(Tensor tensor) {
        Optional<OrreryException> wrong = arguments.wrongTensor(tensor);
        if (wrong.isPresent()) {
            return CompletableFuture.failedFuture(wrong.get());
        }
        return issue(CallShape.of(CollectiveKind.ALL_GATHER, 0, tensor), tensor, memory -> {
            long each = tensor.byteSize();
            long together = memory.scratchOn(work.device(), each * place.size());
            List<Tensor> results = memory.resultsLike(tensor, place.size());
            return planned(results, tensor, calls -> {
                calls.allGather(tensor.address(), together, each);
                for (int rank = 0; rank < place.size(); rank++) {
                    copy(calls, together + rank * each, results.get(rank).address(), each);
                }
            });
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
        return issue(
                CallShape.of(CollectiveKind.SCATTER, root, into),
                List.of(given, into),
                memory -> planned(into, into, calls -> {
                    if (place.rank() == root) {
                        exchange(calls, given, List.of());
                        copy(calls, given.get(root), into);
                    } else {
                        calls.receive(root, into.address(), into.byteSize());
                    }
                }));
    }

    @Override
    public CompletableFuture<Tensor> reduceScatter(List<Tensor> tensors, ReduceOperation operation) {
        List<Tensor> given = List.copyOf(tensors);
        Optional<OrreryException> wrong =
                arguments.wrongTensors(given).or(() -> wrongReduction(given.get(0), operation));
        if (wrong.isPresent()) {
            return CompletableFuture.failedFuture(wrong.get());
        }
        Tensor own = given.get(place.rank());
        CallShape shape = CallShape.of(CollectiveKind.REDUCE_SCATTER, 0, own).by(operation);
        return issue(shape, given, memory -> {
            long each = own.byteSize();
            long together = memory.scratchOn(work.device(), each * place.size());
            Tensor result = memory.resultLike(own);
            return planned(result, own, calls -> {
                for (int rank = 0; rank < place.size(); rank++) {
                    copy(calls, given.get(rank).address(), together + rank * each, each);
                }
                Combination combination = combination(own, operation).orElseThrow();
                calls.reduceScatter(new Reduction(together, result.address(), own.elements(), combination));
            });
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
            return planned(results, own, calls -> {
                exchange(calls, given, results);
                copy(calls, own, results.get(place.rank()));
            });
        });
    }

    /** @param sent and received by rank; either can be empty */
    private void exchange(GroupCalls calls, List<Tensor> sent, List<Tensor> received) {
        if (place.size() == 1) {
            return;
        }
        calls.together(() -> {
            for (int distance = 1; distance < place.size(); distance++) {
                int to = place.after(distance);
                int from = place.before(distance);
                if (!sent.isEmpty()) {
                    calls.send(to, sent.get(to).address(), sent.get(to).byteSize());
                }
                if (!received.isEmpty()) {
                    calls.receive(
                            from,
                            received.get(from).address(),
                            received.get(from).byteSize());
                }
            }
        });
    }

    private static void copy(GroupCalls calls, Tensor from, Tensor to) {
        copy(calls, from.address(), to.address(), from.byteSize());
    }

    private static void copy(GroupCalls calls, long from, long to, long bytes) {
        calls.copy(from, to, bytes, CopyKind.WITHIN_DEVICE);
    }

    private Optional<Combination> combination(Tensor tensor, ReduceOperation operation) {
        return work.combination(tensor.dataType(), operation);
    }

    private Reduction reduction(Tensor from, Tensor to, ReduceOperation operation) {
        return new Reduction(
                from.address(),
                to.address(),
                from.elements(),
                combination(from, operation).orElseThrow());
    }

    private Optional<OrreryException> wrongReduction(Tensor tensor, ReduceOperation operation) {
        return arguments
                .wrongReduction(tensor, operation)
                .or(() -> combination(tensor, operation).isPresent()
                        ? Optional.empty()
                        : Optional.of(OrreryException.of(
                                ErrorCode.INVALID_ARGUMENT,
                                "NCCL does not combine elements of %s by %s; use copies on the host"
                                        .formatted(tensor.dataType(), operation))));
    }

    /** Without bytes there is nothing for NCCL to do. */
    private <T> Operation.Planned<T> planned(T result, Tensor measure, DeviceStep step) {
        DeviceStep done = measure.byteSize() == 0 ? calls -> {} : step;
        return new Operation.Planned<>(Distribution.barrier(place), result, Optional.of(done));
    }

    private <T> CompletableFuture<T> issue(CallShape shape, Object owner, Operation.Planner<T> planner) {
        List<Tensor> tensors = new ArrayList<>();
        collect(owner, tensors);
        Optional<OrreryException> elsewhere = elsewhere(tensors);
        if (elsewhere.isPresent()) {
            return CompletableFuture.failedFuture(elsewhere.get());
        }
        CompletableFuture<T> future = transfers.newFuture();
        Operation<T> operation = new Operation<>(transfers, Optional.of(work), order, future, owner);
        order.collective(sequence -> operation.start(shape.at(sequence), planner));
        return future;
    }

    private static void collect(Object owner, List<Tensor> tensors) {
        if (owner instanceof Tensor tensor) {
            tensors.add(tensor);
        } else if (owner instanceof List<?> list) {
            list.forEach(part -> collect(part, tensors));
        }
    }

    private Optional<OrreryException> elsewhere(List<Tensor> tensors) {
        for (Tensor tensor : tensors) {
            if (!tensor.device().equals(Optional.of(work.device()))) {
                return Optional.of(OrreryException.of(
                        ErrorCode.INVALID_ARGUMENT,
                        "all tensors of one operation lie on the host, or all on %s, but not %s"
                                .formatted(work.device(), tensor)));
            }
        }
        return Optional.empty();
    }
}
