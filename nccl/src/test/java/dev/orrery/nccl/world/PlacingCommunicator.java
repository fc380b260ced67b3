package dev.orrery.nccl.world;

import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.tensor.Device;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Communicator;
import dev.orrery.world.ReduceOperation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Does every operation with copies of the tensors on a device, and gives copies of the results on the host. */
record PlacingCommunicator(Communicator inner, Device device) implements Communicator {
    private Tensor place(Tensor tensor) {
        return tensor.isClosed() ? tensor : device.copyOf(tensor);
    }

    private List<Tensor> place(List<Tensor> tensors) {
        return tensors.stream().map(this::place).toList();
    }

    private static Tensor home(Tensor tensor) {
        if (tensor.device().isEmpty()) {
            return tensor;
        }
        try (tensor) {
            return tensor.toHost();
        }
    }

    private static List<Tensor> home(List<Tensor> tensors) {
        return tensors.stream().map(PlacingCommunicator::home).toList();
    }

    /** Writes the values of a tensor on the device into the host's, which the caller gave. */
    private static Tensor into(Tensor wanted, Tensor placed) {
        try (Tensor values = placed.toHost()) {
            NativeMemory.copy(values.address(), wanted.address(), values.byteSize());
        }
        return wanted;
    }

    private static <T, R> CompletableFuture<R> done(
            List<Tensor> placed, CompletableFuture<T> operation, Function<T, R> result) {
        CompletableFuture<R> outcome = new CompletableFuture<>();
        operation.whenComplete((value, failure) -> {
            try {
                if (failure == null) {
                    outcome.complete(result.apply(value));
                } else {
                    outcome.completeExceptionally(failure);
                }
            } finally {
                placed.forEach(Tensor::close);
            }
        });
        outcome.whenComplete((value, failure) -> {
            if (outcome.isCancelled()) {
                operation.cancel(false);
            }
        });
        return outcome;
    }

    @Override
    public Communicator within(Duration deadline) {
        return new PlacingCommunicator(inner.within(deadline), device);
    }

    @Override
    public CompletableFuture<Void> send(int peer, Tensor tensor) {
        Tensor placed = place(tensor);
        return done(List.of(placed), inner.send(peer, placed), nothing -> null);
    }

    @Override
    public CompletableFuture<Tensor> receive(int peer) {
        return done(List.of(), inner.receive(peer), PlacingCommunicator::home);
    }

    @Override
    public CompletableFuture<Tensor> receive(int peer, Tensor into) {
        Tensor placed = place(into);
        return done(List.of(placed), inner.receive(peer, placed), received -> into(into, received));
    }

    @Override
    public CompletableFuture<Tensor> broadcast(int root, Tensor tensor) {
        Tensor placed = place(tensor);
        return done(List.of(placed), inner.broadcast(root, placed), received -> into(tensor, received));
    }

    @Override
    public CompletableFuture<Optional<Tensor>> reduce(int root, Tensor tensor, ReduceOperation operation) {
        Tensor placed = place(tensor);
        return done(
                List.of(placed),
                inner.reduce(root, placed, operation),
                result -> result.map(PlacingCommunicator::home));
    }

    @Override
    public CompletableFuture<Tensor> allReduce(Tensor tensor, ReduceOperation operation) {
        Tensor placed = place(tensor);
        return done(List.of(placed), inner.allReduce(placed, operation), PlacingCommunicator::home);
    }

    @Override
    public CompletableFuture<List<Tensor>> gather(int root, Tensor tensor) {
        Tensor placed = place(tensor);
        return done(List.of(placed), inner.gather(root, placed), PlacingCommunicator::home);
    }

    @Override
    public CompletableFuture<List<Tensor>> allGather(Tensor tensor) {
        Tensor placed = place(tensor);
        return done(List.of(placed), inner.allGather(placed), PlacingCommunicator::home);
    }

    @Override
    public CompletableFuture<Tensor> scatter(int root, List<Tensor> tensors, Tensor into) {
        List<Tensor> placed = place(tensors);
        Tensor target = place(into);
        List<Tensor> all = new ArrayList<>(placed);
        all.add(target);
        return done(all, inner.scatter(root, placed, target), received -> into(into, received));
    }

    @Override
    public CompletableFuture<Tensor> reduceScatter(List<Tensor> tensors, ReduceOperation operation) {
        List<Tensor> placed = place(tensors);
        return done(placed, inner.reduceScatter(placed, operation), PlacingCommunicator::home);
    }

    @Override
    public CompletableFuture<List<Tensor>> allToAll(List<Tensor> tensors) {
        List<Tensor> placed = place(tensors);
        return done(placed, inner.allToAll(placed), PlacingCommunicator::home);
    }

    @Override
    public CompletableFuture<Void> barrier() {
        return inner.barrier();
    }
}
