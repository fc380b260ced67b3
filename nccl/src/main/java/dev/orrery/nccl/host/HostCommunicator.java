package dev.orrery.nccl.host;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.collective.Collectives;
import dev.orrery.nccl.collective.IssueOrder;
import dev.orrery.nccl.control.ControlThread;
import dev.orrery.nccl.control.ControlThread.Cancellable;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.Outgoing;
import dev.orrery.nccl.transfer.PeerPath;
import dev.orrery.nccl.transfer.TensorHeader;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Communicator;
import dev.orrery.world.ReduceOperation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Checks what is asked, and hands it to the paths. */
final class HostCommunicator implements Communicator {
    private final HostTransfers transfers;
    private final IssueOrder order;
    private final Collectives collectives;
    private final ControlThread control;
    private final long maxTensorBytes;
    private final Optional<Duration> deadline;

    HostCommunicator(HostTransfers transfers, ControlThread control, long maxTensorBytes) {
        this.transfers = transfers;
        this.order = new IssueOrder();
        this.collectives = new Collectives(transfers, order);
        this.control = control;
        this.maxTensorBytes = maxTensorBytes;
        this.deadline = Optional.empty();
    }

    /** Of the same world, with a deadline. */
    private HostCommunicator(HostCommunicator world, Duration deadline) {
        this.transfers = world.transfers;
        this.order = world.order;
        this.collectives = world.collectives;
        this.control = world.control;
        this.maxTensorBytes = world.maxTensorBytes;
        this.deadline = Optional.of(deadline);
    }

    @Override
    public Communicator within(Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "a deadline must be positive, not " + limit);
        }
        return new HostCommunicator(this, limit);
    }

    @Override
    public CompletableFuture<Void> send(int peer, Tensor tensor) {
        try {
            PeerPath path = transfers.path(peer);
            check(tensor);
            CompletableFuture<Void> done = transfers.newSend(peer);
            Outgoing message = new Outgoing(new Envelope.Sent(TensorHeader.of(tensor)), tensor.address(), tensor, done);
            if (order.isFree()) {
                path.send(message);
            } else {
                order.pointToPoint(() -> path.send(message));
            }
            return deadline.isEmpty() ? done : bounded("send to " + transfers.describe(peer), done);
        } catch (OrreryException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<Tensor> receive(int peer) {
        return receive(peer, Optional.empty());
    }

    @Override
    public CompletableFuture<Tensor> receive(int peer, Tensor into) {
        return receive(peer, Optional.of(into));
    }

    private CompletableFuture<Tensor> receive(int peer, Optional<Tensor> into) {
        try {
            PeerPath path = transfers.path(peer);
            into.ifPresent(this::check);
            CompletableFuture<Tensor> received = transfers.newReceive(peer);
            TensorReception reception = new TensorReception(received, into);
            if (order.isFree()) {
                path.receive(reception);
            } else {
                order.pointToPoint(() -> path.receive(reception));
            }
            return deadline.isEmpty() ? received : bounded("receive from " + transfers.describe(peer), received);
        } catch (OrreryException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private <T> CompletableFuture<T> bounded(String what, CompletableFuture<T> operation) {
        if (deadline.isPresent() && !operation.isDone()) {
            Duration limit = deadline.get();
            Cancellable timer = control.after(limit, () -> {
                if (!operation.isDone()) {
                    transfers.fail(Failure.of(
                            "deadline",
                            "operation past its deadline: the %s did not end within %d ms"
                                    .formatted(what, limit.toMillis())));
                }
            });
            operation.whenComplete((value, failure) -> timer.cancel());
        }
        return operation;
    }

    private void check(Tensor tensor) {
        if (tensor.isClosed()) {
            throw transfers.error(ErrorCode.INVALID_ARGUMENT, "the tensor is closed: " + tensor);
        }
        if (tensor.byteSize() > maxTensorBytes) {
            throw transfers.error(
                    ErrorCode.TENSOR_TOO_LARGE,
                    tensor + " has " + tensor.byteSize() + " bytes; the limit is " + maxTensorBytes + " bytes");
        }
        if (tensor.dimensions() > TensorHeader.MAX_DIMENSIONS) {
            throw transfers.error(
                    ErrorCode.INVALID_ARGUMENT, "a tensor of more than " + TensorHeader.MAX_DIMENSIONS + " dimensions");
        }
    }

    @Override
    public CompletableFuture<Tensor> broadcast(int root, Tensor tensor) {
        return collective("broadcast", List.of(tensor), () -> collectives.broadcast(root, tensor));
    }

    @Override
    public CompletableFuture<Optional<Tensor>> reduce(int root, Tensor tensor, ReduceOperation operation) {
        return collective("reduce", List.of(tensor), () -> collectives.reduce(root, tensor, operation));
    }

    @Override
    public CompletableFuture<Tensor> allReduce(Tensor tensor, ReduceOperation operation) {
        return collective("allReduce", List.of(tensor), () -> collectives.allReduce(tensor, operation));
    }

    @Override
    public CompletableFuture<List<Tensor>> gather(int root, Tensor tensor) {
        return collective("gather", List.of(tensor), () -> collectives.gather(root, tensor));
    }

    @Override
    public CompletableFuture<List<Tensor>> allGather(Tensor tensor) {
        return collective("allGather", List.of(tensor), () -> collectives.allGather(tensor));
    }

    @Override
    public CompletableFuture<Tensor> scatter(int root, List<Tensor> tensors, Tensor into) {
        return collective("scatter", List.of(into), () -> collectives.scatter(root, tensors, into));
    }

    @Override
    public CompletableFuture<Tensor> reduceScatter(List<Tensor> tensors, ReduceOperation operation) {
        return collective("reduceScatter", tensors, () -> collectives.reduceScatter(tensors, operation));
    }

    @Override
    public CompletableFuture<List<Tensor>> allToAll(List<Tensor> tensors) {
        return collective("allToAll", tensors, () -> collectives.allToAll(tensors));
    }

    @Override
    public CompletableFuture<Void> barrier() {
        return collective("barrier", List.of(), collectives::barrier);
    }

    private <T> CompletableFuture<T> collective(
            String what, List<Tensor> tensors, Supplier<CompletableFuture<T>> operation) {
        try {
            transfers.requireAllPaths();
            tensors.forEach(this::check);
            return bounded(what, operation.get());
        } catch (OrreryException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
