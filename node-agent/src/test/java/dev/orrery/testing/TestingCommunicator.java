package dev.orrery.testing;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Communicator;
import dev.orrery.world.ReduceOperation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What worlds in memory do not offer: all but send and receive. */
abstract class TestingCommunicator implements Communicator {
    private static <T> CompletableFuture<T> unsupported() {
        return CompletableFuture.failedFuture(
                OrreryException.of(ErrorCode.UNSUPPORTED, "worlds in memory only send and receive"));
    }

    @Override
    public Communicator within(Duration deadline) {
        return this;
    }

    @Override
    public CompletableFuture<Tensor> receive(int peer, Tensor into) {
        return unsupported();
    }

    @Override
    public CompletableFuture<Tensor> broadcast(int root, Tensor tensor) {
        return unsupported();
    }

    @Override
    public CompletableFuture<Optional<Tensor>> reduce(int root, Tensor tensor, ReduceOperation operation) {
        return unsupported();
    }

    @Override
    public CompletableFuture<Tensor> allReduce(Tensor tensor, ReduceOperation operation) {
        return unsupported();
    }

    @Override
    public CompletableFuture<List<Tensor>> gather(int root, Tensor tensor) {
        return unsupported();
    }

    @Override
    public CompletableFuture<List<Tensor>> allGather(Tensor tensor) {
        return unsupported();
    }

    @Override
    public CompletableFuture<Tensor> scatter(int root, List<Tensor> tensors, Tensor into) {
        return unsupported();
    }

    @Override
    public CompletableFuture<Tensor> reduceScatter(List<Tensor> tensors, ReduceOperation operation) {
        return unsupported();
    }

    @Override
    public CompletableFuture<List<Tensor>> allToAll(List<Tensor> tensors) {
        return unsupported();
    }

    @Override
    public CompletableFuture<Void> barrier() {
        return unsupported();
    }
}
