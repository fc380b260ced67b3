package dev.orrery.tensor;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.memory.MemoryBlock;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.internal.tensor.TensorAccess;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A typed, shaped array outside the Java heap: contiguous, row-major, little-endian, of any length (offsets are
 * {@code long}). Comes from a pool and goes back to it when closed; one that is forgotten goes back when it is garbage
 * collected. Not thread-safe while it is written to.
 *
 * <p>It lies in the memory of the host, or of a {@link Device}: then its values can be read and written only by what runs
 * there, and {@link #toHost} copies it.
 */
public final class Tensor implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create(new NamedThreads("tensor-cleaner"));

    static {
        TensorAccess.offer((block, type, byteSize, shape) -> {
            Shapes.checkSize(type, byteSize, shape);
            return new Tensor(Optional.empty(), block, type, shape, byteSize);
        });
    }

    private final DataType dataType;
    private final long[] shape;
    private final long elements;
    private final long byteSize;
    private final MemoryBlock block;
    private final Optional<Device> device;
    private final Cleaner.Cleanable cleanable;
    private volatile boolean closed;

    private Tensor(DataType dataType, long[] shape, long byteSize) {
        this(Optional.empty(), MemoryPool.shared().allocate(Math.max(1, byteSize)), dataType, shape, byteSize);
    }

    private Tensor(Optional<Device> device, MemoryBlock block, DataType dataType, long[] shape, long byteSize) {
        this.device = device;
        this.dataType = dataType;
        this.shape = shape.clone();
        this.elements = Shapes.elements(shape);
        this.byteSize = byteSize;
        this.block = block;
        this.cleanable = CLEANER.register(this, block);
    }

    /**
     * A tensor of a type whose elements have one size; its contents are undefined. Memory that was never used before is
     * taken from the system at once, about 13 µs for each 4 KB, so that nothing waits for it when it is received into.
     */
    public static Tensor allocate(DataType type, long... shape) {
        return allocated(type, shape, Shapes.byteSize(type, shape));
    }

    private static Tensor allocated(DataType type, long[] shape, long byteSize) {
        Tensor tensor = new Tensor(type, shape, byteSize);
        tensor.block.prefault();
        return tensor;
    }

    /**
     * The same without taking the memory: whoever writes into it first waits for it, page by page.
     *
     * @param byteSize as many as a tensor of that type and shape has, where its elements have one size
     */
    public static Tensor allocateLazily(DataType type, long byteSize, long... shape) {
        Shapes.checkSize(type, byteSize, shape);
        return new Tensor(type, shape, byteSize);
    }

    /** Throws OutOfMemoryError. */
    static Tensor on(Device device, DataType type, long byteSize, long... shape) {
        Shapes.checkSize(type, byteSize, shape);
        return new Tensor(Optional.of(device), device.pool().allocate(Math.max(1, byteSize)), type, shape, byteSize);
    }

    /**
     * Makes memory ready for so many tensors of that size, beyond those that there are. What is received without a tensor to
     * receive into is then received without waiting for memory, also the first time; later that comes from tensors that were
     * closed. Takes about 13 µs for each 4 KB.
     *
     * @throws OrreryException INVALID_ARGUMENT for tensors of more than 256 MB or more than 512 MB together, which are not
     *     kept
     */
    public static void prepare(int count, DataType type, long... shape) {
        try {
            MemoryPool.shared().prepare(count, Math.max(1, Shapes.byteSize(type, shape)));
        } catch (IllegalArgumentException e) {
            throw invalid("cannot make memory ready: " + e.getMessage());
        }
    }

    /** A tensor of zeros. */
    public static Tensor allocateZeroed(DataType type, long... shape) {
        Tensor tensor = allocate(type, shape);
        NativeMemory.zero(tensor.address(), tensor.byteSize);
        return tensor;
    }

    /** A BYTES tensor with room for {@code byteSize} bytes of encoded elements, which are still to be written. */
    public static Tensor allocateBytes(long byteSize, long... shape) {
        Shapes.checkRoom(DataType.BYTES, byteSize, shape);
        return allocated(DataType.BYTES, shape, byteSize);
    }

    public static Tensor ofFloats(float[] values, long... shape) {
        return ofArray(DataType.FP32, values, values.length, shape);
    }

    public static Tensor ofDoubles(double[] values, long... shape) {
        return ofArray(DataType.FP64, values, values.length, shape);
    }

    public static Tensor ofInts(int[] values, long... shape) {
        return ofArray(DataType.INT32, values, values.length, shape);
    }

    public static Tensor ofLongs(long[] values, long... shape) {
        return ofArray(DataType.INT64, values, values.length, shape);
    }

    public static Tensor ofUint8(byte[] values, long... shape) {
        return ofArray(DataType.UINT8, values, values.length, shape);
    }

    public static Tensor ofBooleans(boolean[] values, long... shape) {
        return ofArray(DataType.BOOL, values, values.length, shape);
    }

    /** A BYTES tensor of one dimension whose elements are the texts in UTF-8. */
    public static Tensor ofStrings(String... texts) {
        return ByteStrings.encode(ByteStrings.utf8(texts), texts.length);
    }

    public static Tensor ofByteStrings(List<byte[]> values, long... shape) {
        return ByteStrings.encode(values, shape);
    }

    private static Tensor ofArray(DataType type, Object array, int length, long[] shape) {
        if (Shapes.elements(shape) != length) {
            throw invalid(length + " values do not fill shape " + Arrays.toString(shape));
        }
        Tensor tensor = allocate(type, shape);
        NativeMemory.copyFromArray(array, 0, tensor.address(), tensor.byteSize);
        return tensor;
    }

    public DataType dataType() {
        return dataType;
    }

    public long[] shape() {
        return shape.clone();
    }

    /** How many extents the shape has; 0 for a scalar. */
    public int dimensions() {
        return shape.length;
    }

    /** The product of the shape; 1 for a scalar, whose shape is empty. */
    public long elements() {
        return elements;
    }

    public long byteSize() {
        return byteSize;
    }

    /** Where it lies; empty: in the memory of the host. */
    public Optional<Device> device() {
        return device;
    }

    /** Where the first byte lies, there, for native libraries; valid while this is reachable and not closed. */
    public long address() {
        if (closed) {
            throw new IllegalStateException("this tensor is closed: " + this);
        }
        return block.address();
    }

    private long hostAddress() {
        if (device.isPresent()) {
            throw new IllegalStateException("this tensor lies on a device; use a copy of toHost(): " + this);
        }
        return address();
    }

    public byte getByte(long index) {
        try {
            return NativeMemory.getByte(at(index, Byte.BYTES));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    public void setByte(long index, byte value) {
        try {
            NativeMemory.putByte(at(index, Byte.BYTES), value);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    public short getShort(long index) {
        try {
            return NativeMemory.getShort(at(index, Short.BYTES));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    public void setShort(long index, short value) {
        try {
            NativeMemory.putShort(at(index, Short.BYTES), value);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    public int getInt(long index) {
        try {
            return NativeMemory.getInt(at(index, Integer.BYTES));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    public void setInt(long index, int value) {
        try {
            NativeMemory.putInt(at(index, Integer.BYTES), value);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    public long getLong(long index) {
        try {
            return NativeMemory.getLong(at(index, Long.BYTES));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    public void setLong(long index, long value) {
        try {
            NativeMemory.putLong(at(index, Long.BYTES), value);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    public float getFloat(long index) {
        return Float.intBitsToFloat(getInt(index));
    }

    public void setFloat(long index, float value) {
        setInt(index, Float.floatToRawIntBits(value));
    }

    public double getDouble(long index) {
        return Double.longBitsToDouble(getLong(index));
    }

    public void setDouble(long index, double value) {
        setLong(index, Double.doubleToRawLongBits(value));
    }

    private long at(long index, int size) {
        if (dataType.fixedSize() && dataType.size() != size) {
            throw new IllegalStateException("elements of " + dataType + " do not have " + size + " bytes");
        }
        Objects.checkIndex(index, byteSize / size);
        return hostAddress() + index * size;
    }

    /** A copy of an FP32 tensor's values. */
    public float[] toFloats() {
        return filled(new float[arrayLength(DataType.FP32)]);
    }

    public double[] toDoubles() {
        return filled(new double[arrayLength(DataType.FP64)]);
    }

    public int[] toInts() {
        return filled(new int[arrayLength(DataType.INT32)]);
    }

    public long[] toLongs() {
        return filled(new long[arrayLength(DataType.INT64)]);
    }

    /** Any byte but 0 is true. */
    public boolean[] toBooleans() {
        boolean[] values = new boolean[arrayLength(DataType.BOOL)];
        for (int i = 0; i < values.length; i++) {
            values[i] = getByte(i) != 0;
        }
        return values;
    }

    /** The raw bytes, whatever the type. */
    public byte[] toBytes() {
        return filled(new byte[Math.toIntExact(byteSize)]);
    }

    private <T> T filled(T array) {
        try {
            NativeMemory.copyToArray(hostAddress(), array, 0, byteSize);
            return array;
        } finally {
            // A forgotten tensor must not be collected, and its memory freed, under the copy.
            Reference.reachabilityFence(this);
        }
    }

    /** The elements of a BYTES tensor as UTF-8. */
    public List<String> toStrings() {
        return ByteStrings.strings(this);
    }

    /** The elements of a BYTES tensor. */
    public List<byte[]> toByteStrings() {
        return ByteStrings.decode(this);
    }

    private int arrayLength(DataType wanted) {
        if (dataType != wanted) {
            throw new IllegalStateException("this tensor is of " + dataType + ", not " + wanted);
        }
        return Math.toIntExact(elements);
    }

    /** A little-endian view without copying; it must not be used after {@link #close()}. */
    public ByteBuffer buffer(long byteOffset, int length) {
        Objects.checkFromIndexSize(byteOffset, (long) length, byteSize);
        return NativeMemory.view(hostAddress() + byteOffset, length, this);
    }

    /** A copy in the same memory. */
    public Tensor copy() {
        return device.isPresent() ? device.get().copyOf(this) : toHost();
    }

    /** A copy in the memory of the host. Returns when it is made. */
    public Tensor toHost() {
        try {
            long from = address();
            Tensor copy = new Tensor(dataType, shape, byteSize);
            if (device.isPresent()) {
                device.get().copyToHost(from, copy.address(), byteSize);
            } else {
                NativeMemory.copy(from, copy.address(), byteSize);
            }
            return copy;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    public boolean isClosed() {
        return closed;
    }

    /** Idempotent. */
    @Override
    public void close() {
        closed = true;
        block.release();
        cleanable.clean();
    }

    @Override
    public String toString() {
        return dataType
                + Arrays.toString(shape)
                + device.map(there -> " on " + there.name()).orElse("");
    }

    private static OrreryException invalid(String message) {
        return OrreryException.of(ErrorCode.INVALID_ARGUMENT, message);
    }
}
