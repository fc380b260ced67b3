package dev.orrery;

import dev.orrery.tensor.Tensors;

/**
 * The user's code of one pipeline stage. Each replica of the stage has one instance in a worker of its own, and all its
 * methods are called on that replica's one user thread, one call at a time.
 *
 * <p>A request may be processed more than once (after a worker died): {@code process} must be safe to repeat.
 */
public interface Stage {
    /**
     * Called once before the first request, within the pipeline's open timeout. Load models here. A throw makes the
     * framework start the replica again, within its restarts.
     */
    default void open(StageContext context) throws Exception {}

    /**
     * Computes the answer to one request.
     *
     * @param inputs lent for the length of this call; copy what is to be kept
     * @return the inputs of the next stage, or the pipeline's answer; belongs to the framework from the return on. It may
     *     hold tensors of {@code inputs}.
     * @throws Exception fails this request, with this exception, and nothing else: the replica serves on
     */
    Tensors process(Tensors inputs) throws Exception;

    /** Called once after the last request when the replica is stopped in good order. */
    default void close() throws Exception {}
}
