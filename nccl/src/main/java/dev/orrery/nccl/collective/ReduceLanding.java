package dev.orrery.nccl.collective;

import dev.orrery.internal.memory.MemoryBlock;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.nccl.collective.ReduceKernel.Ending;
import dev.orrery.nccl.transfer.Landing;
import java.util.Optional;

/**
 * Combines what arrives with this member's own elements, straight into the destination (which may be where those are).
 * What arrives can be cut anywhere, also within an element. Closed when the reception ended.
 */
final class ReduceLanding implements Landing, AutoCloseable {
    private final Reduction reduction;
    private final long own;
    private final long destination;
    private final boolean receivedFirst;
    private final Ending ending;
    private Optional<MemoryBlock> cutElement = Optional.empty();

    ReduceLanding(Reduction reduction, long own, long destination, boolean receivedFirst, Ending ending) {
        this.reduction = reduction;
        this.own = own;
        this.destination = destination;
        this.receivedFirst = receivedFirst;
        this.ending = ending;
    }

    @Override
    public void take(long source, long offset, long length) {
        int size = reduction.elementSize();
        long begun = offset % size;
        long toEnd = begun == 0 ? 0 : Math.min(size - begun, length);
        if (toEnd > 0) {
            long element = cutElement();
            NativeMemory.copy(source, element + begun, toEnd);
            if (begun + toEnd == size) {
                combine(element, offset - begun, size);
            }
        }
        long whole = (length - toEnd) / size * size;
        combine(source + toEnd, offset + toEnd, whole);
        long rest = length - toEnd - whole;
        if (rest > 0) {
            NativeMemory.copy(source + toEnd + whole, cutElement(), rest);
        }
    }

    private void combine(long received, long offset, long byteSize) {
        long first = receivedFirst ? received : own + offset;
        long second = receivedFirst ? own + offset : received;
        reduction.combine(first, second, destination + offset, byteSize, ending);
    }

    /** Where the beginning of an element waits for its end. */
    private long cutElement() {
        if (cutElement.isEmpty()) {
            cutElement = Optional.of(MemoryPool.shared().allocate(Long.BYTES));
        }
        return cutElement.get().address();
    }

    @Override
    public void close() {
        cutElement.ifPresent(MemoryBlock::release);
    }
}
