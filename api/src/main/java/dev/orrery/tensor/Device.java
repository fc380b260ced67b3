package dev.orrery.tensor;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.internal.memory.MemorySource;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * A GPU that this process may use, and a pool of its memory. Actors and stages get theirs from their context; they are not
 * made by users. Thread-safe.
 *
 * <p>Work of other libraries on a tensor's memory must have ended before the tensor is given to a world, copied or closed:
 * worlds and copies run on streams of their own.
 */
public abstract class Device {
    private final String name;
    private final MemoryPool pool = MemoryPool.ofDevice(new MemorySource() {
        @Override
        public long allocate(long bytes) {
            return takeMemory(bytes);
        }

        @Override
        public void free(long address) {
            giveMemoryBack(address);
        }
    });

    /** @param name unique in this process */
    protected Device(String name) {
        this.name = name;
    }

    /** As CUDA counts in this process, for example {@code cuda:0}. */
    public final String name() {
        return name;
    }

    /**
     * A tensor here; its contents are undefined. Throws TENSOR_TOO_LARGE when the device has no room for it.
     *
     * @param type one whose elements have one size
     */
    public final Tensor allocate(DataType type, long... shape) {
        return allocateSized(type, Shapes.byteSize(type, shape), shape);
    }

    /**
     * The same for any type.
     *
     * @param byteSize as many as a tensor of that type and shape has, where its elements have one size
     */
    public final Tensor allocateSized(DataType type, long byteSize, long... shape) {
        try {
            return Tensor.on(this, type, byteSize, shape);
        } catch (OutOfMemoryError e) {
            throw OrreryException.of(
                    ErrorCode.TENSOR_TOO_LARGE,
                    "%s has no room for a tensor %s%s of %d bytes beside the %d bytes in use: %s"
                            .formatted(name, type, Arrays.toString(shape), byteSize, pool.bytesInUse(), e.getMessage()),
                    e);
        }
    }

    /** A copy, here, of a tensor of the host or of this device. Returns when it is made. Throws as {@link #allocate}. */
    public final Tensor copyOf(Tensor tensor) {
        boolean isHere = tensor.device().isPresent();
        if (isHere && tensor.device().get() != this) {
            throw OrreryException.of(
                    ErrorCode.UNSUPPORTED,
                    tensor + " cannot be copied to " + name + " at once; copy it to the host first");
        }
        Tensor copy = allocateSized(tensor.dataType(), tensor.byteSize(), tensor.shape());
        try {
            if (isHere) {
                copyWithin(tensor.address(), copy.address(), tensor.byteSize());
            } else {
                copyFromHost(tensor.address(), copy.address(), tensor.byteSize());
            }
        } catch (RuntimeException e) {
            copy.close();
            throw e;
        } finally {
            Reference.reachabilityFence(tensor);
        }
        return copy;
    }

    final MemoryPool pool() {
        return pool;
    }

    /** What tensors that are open take of this device's memory, in bytes. */
    public final long bytesInUse() {
        return pool.bytesInUse();
    }

    /** Gives memory back that no tensor uses; may wait for everything that the device does. Returns how many bytes. */
    public final long trim() {
        return pool.trim();
    }

    /** Throws OutOfMemoryError. */
    protected abstract long takeMemory(long bytes);

    protected abstract void giveMemoryBack(long address);

    /** Returns when the bytes are there. */
    protected abstract void copyFromHost(long from, long to, long bytes);

    /** Returns when the bytes are there. */
    protected abstract void copyToHost(long from, long to, long bytes);

    /** Returns when the bytes are there. */
    protected abstract void copyWithin(long from, long to, long bytes);

    @Override
    public final String toString() {
        return name;
    }
}
