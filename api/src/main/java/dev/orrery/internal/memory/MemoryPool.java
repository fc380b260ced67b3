package dev.orrery.internal.memory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Blocks of memory in size classes (four to each doubling), kept for the next use up to a bound: fresh memory costs more
 * than copying into what was used before. Thread-safe.
 */
public final class MemoryPool {
    private static final int MIN_SHIFT = 6;
    private static final int STEPS = 4;
    private static final long HOST_CACHE_BYTES = 512L << 20;
    private static final int HOST_MAX_SHIFT = 28;
    /** Large enough for the memory of any device. */
    private static final int DEVICE_MAX_SHIFT = 40;

    private static final MemoryPool SHARED = ofHost(HOST_CACHE_BYTES);

    private final MemorySource source;
    private final long maxCachedBytes;
    private final int maxShift;
    private final Deque<Long>[] cached;
    private final AtomicLong cachedBytes = new AtomicLong();
    private final AtomicLong bytesInUse = new AtomicLong();
    private final AtomicLong blocksInUse = new AtomicLong();

    private MemoryPool(MemorySource source, long maxCachedBytes, int maxShift) {
        this.source = source;
        this.maxCachedBytes = maxCachedBytes;
        this.maxShift = maxShift;
        this.cached = newDeques((maxShift - MIN_SHIFT) * STEPS + 1);
    }

    static MemoryPool ofHost(long maxCachedBytes) {
        return new MemoryPool(MemorySource.HOST, maxCachedBytes, HOST_MAX_SHIFT);
    }

    /**
     * A pool that keeps everything until the source has no more: to give memory of a device back waits for all that the
     * device does.
     */
    public static MemoryPool ofDevice(MemorySource source) {
        return new MemoryPool(source, Long.MAX_VALUE, DEVICE_MAX_SHIFT);
    }

    // An array of a generic type cannot be made otherwise; only deques of Long go in.
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Deque<Long>[] newDeques(int count) {
        Deque<Long>[] deques = new Deque[count];
        for (int i = 0; i < count; i++) {
            deques[i] = new ArrayDeque<>();
        }
        return deques;
    }

    /** The one that tensors of the host live in. */
    public static MemoryPool shared() {
        return SHARED;
    }

    /** Throws OutOfMemoryError. */
    public MemoryBlock allocate(long bytes) {
        int sizeClass = sizeClass(bytes);
        long capacity = sizeClass < 0 ? bytes : capacity(sizeClass);
        long cachedAddress = sizeClass < 0 ? 0 : takeCached(sizeClass);
        boolean fresh = cachedAddress == 0;
        long address = fresh ? takeFresh(capacity) : cachedAddress;
        bytesInUse.addAndGet(capacity);
        blocksInUse.incrementAndGet();
        return new MemoryBlock(this::release, address, capacity, fresh);
    }

    private long takeFresh(long capacity) {
        try {
            return source.allocate(capacity);
        } catch (OutOfMemoryError e) {
            if (trim() == 0) {
                throw e;
            }
            return source.allocate(capacity);
        }
    }

    /** Gives up what waits for the next use; returns how many bytes that were. */
    public long trim() {
        long freed = 0;
        for (int sizeClass = 0; sizeClass < cached.length; sizeClass++) {
            for (long address = takeCached(sizeClass); address != 0; address = takeCached(sizeClass)) {
                source.free(address);
                freed += capacity(sizeClass);
            }
        }
        return freed;
    }

    /**
     * Makes so many blocks ready that are warm when they are allocated.
     *
     * @throws IllegalArgumentException when that is more than is kept
     */
    public void prepare(int count, long bytes) {
        int sizeClass = sizeClass(bytes);
        long most = sizeClass < 0 ? 0 : maxCachedBytes / capacity(sizeClass);
        if (count > most) {
            throw new IllegalArgumentException(
                    "%d blocks of %d bytes are more than the %d that are kept (of up to %d bytes each, %d in all)"
                            .formatted(count, bytes, most, 1L << maxShift, maxCachedBytes));
        }
        List<MemoryBlock> blocks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            MemoryBlock block = allocate(bytes);
            block.prefault();
            blocks.add(block);
        }
        blocks.forEach(MemoryBlock::release);
    }

    void release(long address, long capacity) {
        bytesInUse.addAndGet(-capacity);
        blocksInUse.decrementAndGet();
        int sizeClass = sizeClass(capacity);
        if (sizeClass < 0 || cachedBytes.addAndGet(capacity) > maxCachedBytes) {
            if (sizeClass >= 0) {
                cachedBytes.addAndGet(-capacity);
            }
            source.free(address);
            return;
        }
        Deque<Long> blocks = cached[sizeClass];
        synchronized (blocks) {
            blocks.push(address);
        }
    }

    private long takeCached(int sizeClass) {
        Deque<Long> blocks = cached[sizeClass];
        Long address;
        synchronized (blocks) {
            address = blocks.poll();
        }
        if (address == null) {
            return 0;
        }
        cachedBytes.addAndGet(-capacity(sizeClass));
        return address;
    }

    /** The smallest class that holds {@code bytes}; -1 when none does. */
    private int sizeClass(long bytes) {
        return sizeClass(bytes, maxShift);
    }

    static int sizeClass(long bytes, int maxShift) {
        if (bytes <= 1L << MIN_SHIFT) {
            return 0;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(bytes - 1);
        if (shift >= maxShift) {
            return -1;
        }
        long step = (1L << shift) / STEPS;
        int steps = (int) ((bytes - (1L << shift) + step - 1) / step);
        return (shift - MIN_SHIFT) * STEPS + steps;
    }

    static long capacity(int sizeClass) {
        long base = 1L << (MIN_SHIFT + sizeClass / STEPS);
        return base + base / STEPS * (sizeClass % STEPS);
    }

    /** Capacity of what was allocated and not released. */
    public long bytesInUse() {
        return bytesInUse.get();
    }

    public long blocksInUse() {
        return blocksInUse.get();
    }

    /** Capacity of what waits for the next use. */
    public long cachedBytes() {
        return cachedBytes.get();
    }
}
