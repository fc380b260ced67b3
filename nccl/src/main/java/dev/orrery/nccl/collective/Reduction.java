package dev.orrery.nccl.collective;

import dev.orrery.nccl.collective.ReduceKernel.Ending;
import dev.orrery.world.ReduceOperation;

/**
 * How the elements of one operation are combined.
 *
 * @param members how many tensors are combined
 */
record Reduction(ReduceKernel<?> kernel, ReduceOperation operation, int members) {
    int elementSize() {
        return kernel.elementSize();
    }

    /** For the message after which the result is complete. */
    Ending last() {
        return operation == ReduceOperation.AVG ? Ending.DIVIDED : Ending.NONE;
    }

    /** The same, for a result that several members compute. */
    Ending lastAlike() {
        return operation == ReduceOperation.AVG ? Ending.DIVIDED_ALIKE : Ending.ALIKE;
    }

    /** Where a message's bytes are combined with this member's at {@code own}, as second operands. */
    ReduceLanding ownFirst(long own, long destination, Ending ending) {
        return new ReduceLanding(this, own, destination, false, ending);
    }

    /** The same, as first operands. */
    ReduceLanding receivedFirst(long own, long destination, Ending ending) {
        return new ReduceLanding(this, own, destination, true, ending);
    }

    void combine(long first, long second, long destination, long byteSize, Ending ending) {
        kernel.combine(first, second, destination, byteSize, ending, members);
    }
}
