package dev.orrery.worker.actor;

import dev.orrery.internal.proto.RetireWorkerResponse;
import dev.orrery.internal.task.CurrentWork;
import dev.orrery.internal.transfer.References;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A worker that gets no more tasks stays as long as others need objects that it owns, or results that found no room elsewhere, and lends
 * its CPUs meanwhile. Thread-safe.
 *
 * @param cpus of the worker
 */
record Retirement(References references, KeptResults results, CurrentWork.Lender cpus)
        implements Supplier<CompletableFuture<RetireWorkerResponse>> {
    @Override
    public CompletableFuture<RetireWorkerResponse> get() {
        CompletableFuture<Void> end =
                CompletableFuture.allOf(references.whenNothingIsLent(), results.whenNothingIsKept());
        if (!end.isDone()) {
            cpus.lend();
        }
        return end.thenApply(nothing -> RetireWorkerResponse.getDefaultInstance());
    }
}
