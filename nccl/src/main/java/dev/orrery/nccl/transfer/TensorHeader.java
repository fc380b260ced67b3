package dev.orrery.nccl.transfer;

import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What is said of a tensor before its bytes.
 *
 * @param shape unmodifiable
 */
public record TensorHeader(DataType dataType, List<Long> shape, long byteSize) {
    public static final int MAX_DIMENSIONS = 255;

    public TensorHeader {
        shape = List.copyOf(shape);
    }

    public static TensorHeader of(Tensor tensor) {
        return new TensorHeader(tensor.dataType(), boxed(tensor.shape()), tensor.byteSize());
    }

    /** No stream: this is done for each message. */
    private static List<Long> boxed(long[] extents) {
        Long[] boxed = new Long[extents.length];
        for (int i = 0; i < extents.length; i++) {
            boxed[i] = extents[i];
        }
        return List.of(boxed);
    }

    /** Whether a tensor of that type and shape can have that size. */
    public boolean isConsistent() {
        long elements = 1;
        try {
            for (long extent : shape) {
                if (extent < 0) {
                    return false;
                }
                elements = Math.multiplyExact(elements, extent);
            }
            return dataType.fixedSize()
                    ? byteSize == Math.multiplyExact(elements, (long) dataType.size())
                    : byteSize >= Math.multiplyExact(elements, (long) Integer.BYTES);
        } catch (ArithmeticException e) {
            return false;
        }
    }

    public Tensor allocate() {
        long[] extents = shape.stream().mapToLong(Long::longValue).toArray();
        // On a thread that has more to do than to wait for memory.
        return Tensor.allocateLazily(dataType, byteSize, extents);
    }

    @Override
    public String toString() {
        return dataType + shape.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]")) + " of "
                + byteSize + " bytes";
    }
}
