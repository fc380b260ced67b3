package dev.orrery.internal.memory;

import java.util.concurrent.atomic.AtomicBoolean;

/** Memory of a pool. Released once, by whoever owns it. */
public final class MemoryBlock implements Runnable {
    private final MemoryPool pool;
    private final long address;
    private final long capacity;
    private final AtomicBoolean released = new AtomicBoolean();

    MemoryBlock(MemoryPool pool, long address, long capacity) {
        this.pool = pool;
        this.address = address;
        this.capacity = capacity;
    }

    public long address() {
        return address;
    }

    public long capacity() {
        return capacity;
    }

    /** Idempotent. */
    public void release() {
        if (released.compareAndSet(false, true)) {
            pool.release(address, capacity);
        }
    }

    /** Releases: the form in which a cleaner wants it. */
    @Override
    public void run() {
        release();
    }
}
