package dev.orrery.nccl.host;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.collective.CollectiveOperations;
import dev.orrery.nccl.collective.Collectives;
import dev.orrery.nccl.collective.IssueOrder;
import dev.orrery.nccl.control.ControlThread;
import dev.orrery.nccl.control.ControlThread.Cancellable;
import dev.orrery.nccl.device.DeviceWork;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.Outgoing;
import dev.orrery.nccl.transfer.PeerPath;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.nccl.transfer.TensorHeader;
import dev.orrery.tensor.Device;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Communicator;
import dev.orrery.world.ReduceOperation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Checks what is asked, and hands it to the paths, or to the device that the tensors lie on. */
final class MemberCommunicator implements Communicator {
    private final HostTransfers transfers;
    private final IssueOrder order;
    private final Collectives collectives;
    private final Optional<DeviceTransfers> device;
    private final ControlThread control;
    private final long maxTensorBytes;
    private final Optional<Duration> deadline;

    /** @param work what this member's device does; empty where the world has none */
    MemberCommunicator(HostTransfers transfers, Optional<DeviceWork> work, ControlThread control, long maxTensorBytes) {
        this.transfers = transfers;
        this.order = new IssueOrder();
        this.collectives = new Collectives(transfers, order);
        this.device = work.map(it -> new DeviceTransfers(transfers, order, it));
        this.control = control;
        this.maxTensorBytes = maxTensorBytes;
        this.deadline = Optional.empty();
    }

    /** Of the same world, with a deadline. */
    private MemberCommunicator(MemberCommunicator world, Duration deadline) {
        this.transfers = world.transfers;
        this.order = world.order;
        this.collectives = world.collectives;
        this.device = world.device;
        this.control = world.control;
        this.maxTensorBytes = world.maxTensorBytes;
        this.deadline = Optional.of(deadline);
    }

    @Override
    public Communicator within(Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "a deadline must be positive, not " + limit);
        }
        return new MemberCommunicator(this, limit);
    }

    @Override
    public CompletableFuture<Void> send(int peer, Tensor tensor) {
        try {
            PeerPath path = transfers.path(peer);
            check(tensor);
            if (tensor.device().isPresent()) {
                CompletableFuture<Void> done = new CompletableFuture<>();
                order.pointToPoint(() -> device.orElseThrow().send(path, peer, tensor, done));
                return bounded("send to " + transfers.describe(peer), done);
            }
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
            Reception reception = device.isPresent()
                    ? device.get().reception(peer, received, into)
                    : new TensorReception(received, into);
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
        if (tensor.device().isPresent()) {
            checkPlace(tensor, tensor.device().get());
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

    private void checkPlace(Tensor tensor, Device place) {
        if (device.isEmpty()) {
            throw transfers.error(
                    ErrorCode.INVALID_ARGUMENT,
                    "this is a HOST world, and the tensor lies on a device; give a copy of toHost(): " + tensor);
        }
        if (device.get().device() != place) {
            throw transfers.error(
                    ErrorCode.INVALID_ARGUMENT,
                    "this member of the world has " + device.get().device() + ", and the tensor lies elsewhere: "
                            + tensor);
        }
    }

    /** Those of where the first tensor lies; that the others lie there too is checked later. */
    private CollectiveOperations on(Tensor tensor) {
        return tensor.device().isPresent() ? device.orElseThrow().collectives() : collectives;
    }

    private CollectiveOperations onFirst(List<Tensor> tensors) {
        return tensors.isEmpty() ? collectives : on(tensors.get(0));
    }

    @Override
    public CompletableFuture<Tensor> broadcast(int root, Tensor tensor) {
        return collective("broadcast", List.of(tensor), () -> on(tensor).broadcast(root, tensor));
    }

    @Override
    public CompletableFuture<Optional<Tensor>> reduce(int root, Tensor tensor, ReduceOperation operation) {
        return collective("reduce", List.of(tensor), () -> on(tensor).reduce(root, tensor, operation));
    }

    @Override
    public CompletableFuture<Tensor> allReduce(Tensor tensor, ReduceOperation operation) {
        return collective("allReduce", List.of(tensor), () -> on(tensor).allReduce(tensor, operation));
    }

    @Override
    public CompletableFuture<List<Tensor>> gather(int root, Tensor tensor) {
        return collective("gather", List.of(tensor), () -> on(tensor).gather(root, tensor));
    }

    @Override
    public CompletableFuture<List<Tensor>> allGather(Tensor tensor) {
        return collective("allGather", List.of(tensor), () -> on(tensor).allGather(tensor));
    }

    @Override
    public CompletableFuture<Tensor> scatter(int root, List<Tensor> tensors, Tensor into) {
        return collective("scatter", List.of(into), () -> on(into).scatter(root, tensors, into));
    }

    @Override
    public CompletableFuture<Tensor> reduceScatter(List<Tensor> tensors, ReduceOperation operation) {
        return collective("reduceScatter", tensors, () -> onFirst(tensors).reduceScatter(tensors, operation));
    }

    @Override
    public CompletableFuture<List<Tensor>> allToAll(List<Tensor> tensors) {
        return collective("allToAll", tensors, () -> onFirst(tensors).allToAll(tensors));
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
