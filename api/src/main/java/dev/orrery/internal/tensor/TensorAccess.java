package dev.orrery.internal.tensor;

import dev.orrery.internal.memory.MemoryBlock;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import java.lang.invoke.MethodHandles;
import java.util.Optional;

/** Makes tensors of memory that is there already: users see no such constructor. */
public final class TensorAccess {
    /** Throws TENSOR_MISMATCH or INVALID_ARGUMENT when the bytes do not fit to the shape. */
    @FunctionalInterface
    public interface Maker {
        Tensor over(MemoryBlock block, DataType type, long byteSize, long... shape);
    }

    private static volatile Optional<Maker> maker = Optional.empty();

    private TensorAccess() {}

    /** Called by {@link Tensor} when its class is initialised. */
    public static void offer(Maker constructor) {
        maker = Optional.of(constructor);
    }

    /** The block is the tensor's from then on. */
    public static Tensor over(MemoryBlock block, DataType type, long byteSize, long... shape) {
        try {
            MethodHandles.lookup().ensureInitialized(Tensor.class);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("Tensor is a public class", e);
        }
        return maker.orElseThrow().over(block, type, byteSize, shape);
    }
}
