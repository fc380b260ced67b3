package dev.orrery.internal.memory;

import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import sun.misc.Unsafe;

/**
 * Memory by its address, beyond what a ByteBuffer can count. The only class that uses {@link Unsafe}: on Java 17 nothing
 * else addresses more than 2^31 bytes. No method checks bounds; callers do.
 */
public final class NativeMemory {
    private static final Unsafe UNSAFE = unsafe();
    private static final ByteBuffer TEMPLATE = ByteBuffer.allocateDirect(0);
    private static final long ADDRESS = offset(Buffer.class, "address");
    private static final long CAPACITY = offset(Buffer.class, "capacity");
    private static final long ATTACHMENT = offset(TEMPLATE.getClass(), "att");

    /** A cache line, and what vector instructions and native libraries like best. */
    static final long ALIGNMENT = 64;

    private static final long PAGE = 4096;

    private NativeMemory() {}

    /** An aligned address, for {@link #free}. */
    static long allocate(long bytes) {
        long start = UNSAFE.allocateMemory(Math.addExact(bytes, ALIGNMENT));
        long aligned = (start + ALIGNMENT) & -ALIGNMENT;
        // What comes from malloc is aligned to 16, so this fits in between.
        UNSAFE.putLong(aligned - Long.BYTES, start);
        return aligned;
    }

    static void free(long address) {
        UNSAFE.freeMemory(UNSAFE.getLong(address - Long.BYTES));
    }

    public static void zero(long address, long bytes) {
        UNSAFE.setMemory(address, bytes, (byte) 0);
    }

    /** Writes into each page. */
    static void touch(long address, long bytes) {
        for (long offset = 0; offset < bytes; offset += PAGE) {
            UNSAFE.putByte(address + offset, (byte) 0);
        }
        UNSAFE.putByte(address + bytes - 1, (byte) 0);
    }

    public static void copy(long from, long to, long bytes) {
        UNSAFE.copyMemory(from, to, bytes);
    }

    /** Copies a whole or a part of a primitive array (offsets and sizes in bytes) to an address. */
    public static void copyFromArray(Object array, long arrayByteOffset, long to, long bytes) {
        UNSAFE.copyMemory(array, base(array) + arrayByteOffset, null, to, bytes);
    }

    public static void copyToArray(long from, Object array, long arrayByteOffset, long bytes) {
        UNSAFE.copyMemory(null, from, array, base(array) + arrayByteOffset, bytes);
    }

    /** Copies between the beginnings of two primitive arrays, of different types perhaps. */
    public static void copyBetweenArrays(Object from, Object to, long bytes) {
        UNSAFE.copyMemory(from, base(from), to, base(to), bytes);
    }

    /** Constants, because to ask for an offset is a call into the JVM that costs as much as copying 2 KB. */
    private static long base(Object array) {
        if (array instanceof byte[]) {
            return Unsafe.ARRAY_BYTE_BASE_OFFSET;
        } else if (array instanceof float[]) {
            return Unsafe.ARRAY_FLOAT_BASE_OFFSET;
        } else if (array instanceof int[]) {
            return Unsafe.ARRAY_INT_BASE_OFFSET;
        } else if (array instanceof long[]) {
            return Unsafe.ARRAY_LONG_BASE_OFFSET;
        } else if (array instanceof double[]) {
            return Unsafe.ARRAY_DOUBLE_BASE_OFFSET;
        }
        return UNSAFE.arrayBaseOffset(array.getClass());
    }

    public static byte getByte(long address) {
        return UNSAFE.getByte(address);
    }

    public static void putByte(long address, byte value) {
        UNSAFE.putByte(address, value);
    }

    public static short getShort(long address) {
        return UNSAFE.getShort(address);
    }

    public static void putShort(long address, short value) {
        UNSAFE.putShort(address, value);
    }

    public static int getInt(long address) {
        return UNSAFE.getInt(address);
    }

    public static void putInt(long address, int value) {
        UNSAFE.putInt(address, value);
    }

    public static long getLong(long address) {
        return UNSAFE.getLong(address);
    }

    public static void putLong(long address, long value) {
        UNSAFE.putLong(address, value);
    }

    /** Where a direct buffer's next byte lies; valid while the buffer is reachable. */
    public static long address(ByteBuffer direct) {
        return UNSAFE.getLong(direct, ADDRESS) + direct.position();
    }

    /**
     * A direct buffer over memory that it does not own: it must not be used after the memory was freed. As long as it is
     * reachable, so is {@code owner}.
     */
    public static ByteBuffer view(long address, int bytes, Object owner) {
        ByteBuffer buffer = TEMPLATE.duplicate();
        UNSAFE.putLong(buffer, ADDRESS, address);
        UNSAFE.putInt(buffer, CAPACITY, bytes);
        UNSAFE.putObject(buffer, ATTACHMENT, owner);
        buffer.clear();
        return buffer.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Gives up a mapping at once; an access afterwards, also by another thread, ends the process. */
    public static void unmap(MappedByteBuffer mapping) {
        UNSAFE.invokeCleaner(mapping);
    }

    private static Unsafe unsafe() {
        try {
            Field field = Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return (Unsafe) field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM has no sun.misc.Unsafe", e);
        }
    }

    private static long offset(Class<?> buffer, String field) {
        try {
            return UNSAFE.objectFieldOffset(buffer.getDeclaredField(field));
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("this JVM's " + buffer + " has no field " + field, e);
        }
    }
}
