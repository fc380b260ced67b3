package dev.orrery.nccl.collective;

import dev.orrery.tensor.Tensor;
import dev.orrery.world.ReduceOperation;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The collective operations of one world, as {@link dev.orrery.world.Communicator} describes them. Thread-safe. */
public interface CollectiveOperations {
    CompletableFuture<Tensor> broadcast(int root, Tensor tensor);

    CompletableFuture<Optional<Tensor>> reduce(int root, Tensor tensor, ReduceOperation operation);

    CompletableFuture<Tensor> allReduce(Tensor tensor, ReduceOperation operation);

    CompletableFuture<List<Tensor>> gather(int root, Tensor tensor);

    CompletableFuture<List<Tensor>> allGather(Tensor tensor);

    CompletableFuture<Tensor> scatter(int root, List<Tensor> tensors, Tensor into);

    CompletableFuture<Tensor> reduceScatter(List<Tensor> tensors, ReduceOperation operation);

    CompletableFuture<List<Tensor>> allToAll(List<Tensor> tensors);
}
