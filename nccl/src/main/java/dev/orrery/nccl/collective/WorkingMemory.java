package dev.orrery.nccl.collective;

import dev.orrery.internal.memory.MemoryBlock;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Device;
import dev.orrery.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What one operation allocates. Used by one thread at a time. */
final class WorkingMemory {
    private final List<MemoryBlock> scratch = new ArrayList<>(0);
    private final List<Tensor> scratchTensors = new ArrayList<>(0);
    private final List<Tensor> results = new ArrayList<>(1);

    /** The address of memory that lasts as long as the operation. */
    long scratch(long byteSize) {
        MemoryBlock block = MemoryPool.shared().allocate(Math.max(1, byteSize));
        scratch.add(block);
        return block.address();
    }

    /** The same on a device. */
    long scratchOn(Device device, long byteSize) {
        Tensor tensor = device.allocate(DataType.UINT8, byteSize);
        scratchTensors.add(tensor);
        return tensor.address();
    }

    /** A tensor for the user, of that one's type and shape, where that one lies. */
    Tensor resultLike(Tensor tensor) {
        Tensor result = tensor.device().isPresent()
                ? tensor.device().get().allocateSized(tensor.dataType(), tensor.byteSize(), tensor.shape())
                : Tensor.allocateLazily(tensor.dataType(), tensor.byteSize(), tensor.shape());
        results.add(result);
        return result;
    }

    List<Tensor> resultsLike(Tensor tensor, int count) {
        for (int i = 0; i < count; i++) {
            resultLike(tensor);
        }
        return List.copyOf(results.subList(results.size() - count, results.size()));
    }

    void releaseScratch() {
        scratch.forEach(MemoryBlock::release);
        scratchTensors.forEach(Tensor::close);
    }

    /** For results that nobody gets. */
    void closeResults() {
        results.forEach(Tensor::close);
    }
}
