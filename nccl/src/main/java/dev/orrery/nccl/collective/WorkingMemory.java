package dev.orrery.nccl.collective;

import dev.orrery.internal.memory.MemoryBlock;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What one operation allocates. Used by one thread at a time. */
final class WorkingMemory {
    private final List<MemoryBlock> scratch = new ArrayList<>(0);
    private final List<Tensor> results = new ArrayList<>(1);

    /** The address of memory that lasts as long as the operation. */
    long scratch(long byteSize) {
        MemoryBlock block = MemoryPool.shared().allocate(Math.max(1, byteSize));
        scratch.add(block);
        return block.address();
    }

    /** A tensor for the user, of that one's type and shape. */
    Tensor resultLike(Tensor tensor) {
        Tensor result = Tensor.allocateLazily(tensor.dataType(), tensor.byteSize(), tensor.shape());
        results.add(result);
        return result;
    }

    void releaseScratch() {
        scratch.forEach(MemoryBlock::release);
    }

    /** For results that nobody gets. */
    void closeResults() {
        results.forEach(Tensor::close);
    }
}
