package dev.orrery.benchmarks.lane;

import dev.orrery.tensor.Tensor;

/**
 * This participant's end of a way to one other. An operation is started under the number of a free slot and finished
 * later; where the medium can only block, starting does all. For one thread.
 */
public interface Lane extends AutoCloseable {
    /** More than operations are ever outstanding. */
    int SLOTS = 64;

    /** Whether starting an operation does all of it: then one is outstanding, whatever was asked for. */
    default boolean blocks() {
        return false;
    }

    void startSend(int slot, Tensor message);

    void finishSend(int slot);

    void startReceive(int slot, Tensor into);

    void finishReceive(int slot);

    @Override
    void close();
}
