package dev.orrery.internal.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.lifecycle.NamedThreads;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class MemoryPoolTest {
    private static final long MIB = 1L << 20;
    private static final int MAX_SHIFT = 28;

    @Test
    void classesHoldWhatTheyAreAskedForAndWasteAQuarterAtMost() {
        for (long bytes = 1; bytes < 1 << 16; bytes++) {
            assertFits(bytes);
        }
        for (int shift = 16; shift <= 28; shift++) {
            for (long near = -2; near <= 2; near++) {
                long bytes = (1L << shift) + near;
                if (bytes <= 256 * MIB) {
                    assertFits(bytes);
                }
            }
        }
        assertEquals(-1, MemoryPool.sizeClass(256 * MIB + 1, MAX_SHIFT));
        assertEquals(-1, MemoryPool.sizeClass(Long.MAX_VALUE, MAX_SHIFT));
    }

    private static void assertFits(long bytes) {
        int sizeClass = MemoryPool.sizeClass(bytes, MAX_SHIFT);
        long capacity = MemoryPool.capacity(sizeClass);
        assertTrue(capacity >= bytes, bytes + " in " + capacity);
        assertTrue(capacity <= Math.max(64, bytes + bytes / 4 + 1), bytes + " in " + capacity);
        assertTrue(sizeClass == 0 || MemoryPool.capacity(sizeClass - 1) < bytes, bytes + " fit into less");
        assertEquals(
                sizeClass, MemoryPool.sizeClass(capacity, MAX_SHIFT), "a released block must find its class again");
    }

    @Test
    void blocksAreAlignedWhateverTheirSize() {
        MemoryPool pool = MemoryPool.ofHost(0);
        for (long bytes : new long[] {1, 17, 64, 80, 1_000, 4_096, 100_001, 257 * MIB}) {
            MemoryBlock block = pool.allocate(bytes);
            assertEquals(0, block.address() % 64, bytes + " bytes");
            block.release();
        }
    }

    @Test
    void everyByteCanBeWritten() {
        MemoryPool pool = MemoryPool.ofHost(0);
        List<MemoryBlock> blocks = new ArrayList<>();
        for (int bytes = 1; bytes < 300; bytes++) {
            MemoryBlock block = pool.allocate(bytes);
            NativeMemory.zero(block.address(), block.capacity());
            blocks.add(block);
        }
        blocks.forEach(MemoryBlock::release);
        assertEquals(0, pool.blocksInUse());
    }

    @Test
    void releasedBlockIsUsedAgain() {
        MemoryPool pool = MemoryPool.ofHost(MIB);
        MemoryBlock first = pool.allocate(1_000);
        long address = first.address();
        first.release();
        assertEquals(first.capacity(), pool.cachedBytes());
        MemoryBlock second = pool.allocate(1_000);
        assertEquals(address, second.address());
        assertEquals(0, pool.cachedBytes());
        MemoryBlock third = pool.allocate(1_000);
        assertNotEquals(address, third.address());
        second.release();
        third.release();
    }

    @Test
    void cacheIsBounded() {
        MemoryPool pool = MemoryPool.ofHost(10_000);
        List<MemoryBlock> blocks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            blocks.add(pool.allocate(1_024));
        }
        blocks.forEach(MemoryBlock::release);
        assertEquals(9 * 1_024, pool.cachedBytes());
        assertEquals(0, pool.bytesInUse());
    }

    @Test
    void cacheStaysBoundedWhateverIsAskedFor() {
        long seed = 42;
        Random random = new Random(seed);
        MemoryPool pool = MemoryPool.ofHost(MIB);
        for (int i = 0; i < 1_000; i++) {
            MemoryBlock a = pool.allocate(1 + random.nextInt(200_000));
            MemoryBlock b = pool.allocate(1 + random.nextInt(200_000));
            a.release();
            b.release();
            assertTrue(pool.cachedBytes() <= MIB, "seed " + seed);
        }
        assertEquals(0, pool.bytesInUse());
    }

    @Test
    void hugeBlocksAreNeverCached() {
        MemoryPool pool = MemoryPool.ofHost(Long.MAX_VALUE);
        MemoryBlock block = pool.allocate(256 * MIB + 1);
        assertEquals(256 * MIB + 1, pool.bytesInUse());
        block.release();
        assertEquals(0, pool.cachedBytes());
        assertEquals(0, pool.bytesInUse());
    }

    @Test
    void releaseCountsOnce() {
        MemoryPool pool = MemoryPool.ofHost(MIB);
        MemoryBlock block = pool.allocate(100);
        assertEquals(1, pool.blocksInUse());
        assertTrue(block.release());
        assertFalse(block.release());
        assertEquals(0, pool.blocksInUse());
        assertEquals(0, pool.bytesInUse());
        assertEquals(block.capacity(), pool.cachedBytes());
    }

    @Test
    void noBlockIsGivenToTwoOwnersAtOnce() throws InterruptedException, ExecutionException, TimeoutException {
        MemoryPool pool = MemoryPool.ofHost(MIB);
        int threads = 4;
        ExecutorService executor = Executors.newFixedThreadPool(threads, new NamedThreads("memory-pool-test"));
        CountDownLatch start = new CountDownLatch(threads);
        List<Future<?>> runs = new ArrayList<>();
        for (int owner = 1; owner <= threads; owner++) {
            long mark = owner;
            runs.add(executor.submit(() -> {
                start.countDown();
                start.await();
                for (int round = 0; round < 20_000; round++) {
                    MemoryBlock block = pool.allocate(128);
                    NativeMemory.putLong(block.address(), mark);
                    NativeMemory.putLong(block.address() + 120, mark);
                    assertEquals(mark, NativeMemory.getLong(block.address()));
                    assertEquals(mark, NativeMemory.getLong(block.address() + 120));
                    block.release();
                }
                return null;
            }));
        }
        for (Future<?> run : runs) {
            run.get(30, TimeUnit.SECONDS);
        }
        executor.shutdown();
        assertEquals(0, pool.blocksInUse());
        assertEquals(0, pool.bytesInUse());
    }

    /** A device with that much memory, whose addresses count upwards. */
    private static final class TestingSource implements MemorySource {
        private final long size;
        private long used;
        private long next = 1;
        private final Map<Long, Long> taken = new HashMap<>();

        TestingSource(long size) {
            this.size = size;
        }

        @Override
        public long allocate(long bytes) {
            if (used + bytes > size) {
                throw new OutOfMemoryError("full");
            }
            used += bytes;
            next += bytes;
            taken.put(next, bytes);
            return next;
        }

        @Override
        public void free(long address) {
            used -= taken.remove(address);
        }
    }

    @Test
    void thePoolOfADeviceGivesBackOnlyWhenTheDeviceIsFull() {
        TestingSource source = new TestingSource(1024 * MIB);
        MemoryPool pool = MemoryPool.ofDevice(source);
        MemoryBlock large = pool.allocate(512 * MIB);
        large.release();
        assertEquals(512 * MIB, source.used);
        MemoryBlock again = pool.allocate(512 * MIB);
        assertEquals(large.address(), again.address());
        again.release();
        MemoryBlock other = pool.allocate(768 * MIB);
        assertEquals(768 * MIB, source.used);
        assertEquals(0, pool.cachedBytes());
        assertThrows(OutOfMemoryError.class, () -> pool.allocate(512 * MIB));
        assertEquals(768 * MIB, pool.bytesInUse());
        other.release();
        assertEquals(768 * MIB, pool.trim());
        assertEquals(0, source.used);
    }
}
