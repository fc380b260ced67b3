package dev.orrery.internal.memory;

import java.nio.MappedByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Memory of a pool, or a mapping of a file. Released once, by whoever owns it. */
public final class MemoryBlock implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryBlock.class);

    /** Takes the memory back. */
    @FunctionalInterface
    interface Home {
        void release(long address, long capacity);
    }

    private final Home home;
    private final long address;
    private final long capacity;
    private final boolean fresh;
    private final AtomicBoolean released = new AtomicBoolean();

    MemoryBlock(Home home, long address, long capacity, boolean fresh) {
        this.home = home;
        this.address = address;
        this.capacity = capacity;
        this.fresh = fresh;
    }

    /** Of a whole mapping, which is given up with the block. */
    public static MemoryBlock of(MappedByteBuffer mapping) {
        return new MemoryBlock(
                (address, capacity) -> NativeMemory.unmap(mapping),
                NativeMemory.address(mapping),
                mapping.capacity(),
                false);
    }

    public long address() {
        return address;
    }

    public long capacity() {
        return capacity;
    }

    /** Has the system find memory for all of it now, unless it was used before: each page costs more than copying it. */
    public void prefault() {
        if (fresh) {
            NativeMemory.touch(address, capacity);
        }
    }

    /** Idempotent; returns whether it was this call that gave the memory back. */
    public boolean release() {
        boolean first = released.compareAndSet(false, true);
        if (first) {
            home.release(address, capacity);
        }
        return first;
    }

    /** For a cleaner: releases what its owner forgot. */
    @Override
    public void run() {
        if (release()) {
            LOG.debug("{} bytes of a tensor that was never closed were released", capacity);
        }
    }
}
