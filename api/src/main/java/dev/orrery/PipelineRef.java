package dev.orrery;

import dev.orrery.tensor.Tensors;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A deployed pipeline. Thread-safe. */
public interface PipelineRef {
    String name();

    /**
     * As {@link #infer(Tensors, Duration)}, with the pipeline's own deadline. A reference by name
     * ({@link Orrery#pipeline}) does not know it, only a gateway does: when none can be reached within
     * {@link OrreryOptions#gatewayTimeout()}, the request fails with DEADLINE_EXCEEDED and the addresses that were tried.
     */
    CompletableFuture<Tensors> infer(Tensors request);

    /**
     * Sends a request. It is answered exactly once or fails by its deadline: with STAGE_FAILED (a stage's
     * {@code process} threw; the message begins with its exception), TENSOR_MISMATCH, TENSOR_TOO_LARGE, OVERLOADED,
     * DEADLINE_EXCEEDED, ATTEMPTS_EXHAUSTED, or POISONED_REQUEST (three replicas died of it). Stages may process it more
     * than once.
     *
     * @param request copied before this returns; the caller closes it
     * @return the answer, which the caller closes; completes on a thread of the client's, where it may block
     */
    CompletableFuture<Tensors> infer(Tensors request, Duration deadline);

    /** As {@link #scale(String, int, Duration)}, for two minutes. */
    void scale(String stage, int replicas);

    /**
     * Changes how many replicas a stage has, while requests flow, and waits until so many serve and those given up are
     * gone. Throws NOT_FOUND for an unknown stage, INVALID_ARGUMENT outside of the stage's range, DOES_NOT_FIT when
     * no node has room (the leader goes on trying), DEADLINE_EXCEEDED.
     */
    void scale(String stage, int replicas, Duration timeout);

    /** Asks the leader. Throws NOT_FOUND after it was undeployed. */
    PipelineStatus status();

    /** Lets requests finish, ends all its workers, and waits until they are gone. Throws NOT_FOUND, DEADLINE_EXCEEDED. */
    void undeploy();
}
