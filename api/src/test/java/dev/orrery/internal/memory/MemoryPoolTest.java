package dev.orrery.internal.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class MemoryPoolTest {
    private static final long MEBIBYTE = 1L << 20;

    @Test
    void aClassHoldsWhatItIsFor() {
        for (long bytes = 1; bytes < 100_000; bytes++) {
            int sizeClass = MemoryPool.sizeClass(bytes);
            assertTrue(MemoryPool.capacity(sizeClass) >= bytes, "bytes " + bytes);
            if (sizeClass > 0) {
                assertTrue(MemoryPool.capacity(sizeClass - 1) < bytes, "bytes " + bytes);
            }
        }
    }

    @Test
    void aBlockIsUsedAgain() {
        MemoryPool pool = new MemoryPool(MEBIBYTE);
        MemoryBlock first = pool.allocate(1_000);
        long address = first.address();
        first.release();
        first.release();
        assertEquals(address, pool.allocate(1_010).address());
        assertEquals(1, pool.blocksInUse());
        assertEquals(0, pool.cachedBytes());
    }

    @Test
    void keepsNoMoreThanItsBound() {
        long seed = 42;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        MemoryPool pool = new MemoryPool(MEBIBYTE);
        for (int i = 0; i < 1_000; i++) {
            MemoryBlock a = pool.allocate(1 + random.nextInt(200_000));
            MemoryBlock b = pool.allocate(1 + random.nextInt(200_000));
            NativeMemory.zero(a.address(), a.capacity());
            a.release();
            b.release();
            assertTrue(pool.cachedBytes() <= MEBIBYTE);
        }
        assertEquals(0, pool.bytesInUse());
    }

    @Test
    void whatIsTooLargeForAClassIsFreedAtOnce() {
        MemoryPool pool = new MemoryPool(1L << 40);
        pool.allocate((64 << 20) + 1).release();
        assertEquals(0, pool.cachedBytes());
        assertEquals(0, pool.bytesInUse());
    }
}
