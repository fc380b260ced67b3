package dev.orrery.nccl.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.nccl.transfer.BadMessageException;
import dev.orrery.nccl.transfer.Landing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class RingTest {
    private static final RingGeometry GEOMETRY = new RingGeometry(64 << 10, 8 << 10);
    private static final int CAPACITY = GEOMETRY.ringBytes();

    private final ByteBuffer region = ByteBuffer.allocateDirect(GEOMETRY.regionBytes() + 64)
            .alignedSlice(64)
            .order(ByteOrder.LITTLE_ENDIAN);
    private final RingWriter writer = new RingWriter(region, GEOMETRY);
    private final RingReader reader = new RingReader(region, GEOMETRY);
    private final ByteBuffer source = ByteBuffer.allocateDirect(CAPACITY);
    private final ByteBuffer target = ByteBuffer.allocateDirect(CAPACITY);

    private void fill(int bytes, int seed) {
        for (int i = 0; i < bytes; i++) {
            source.put(i, (byte) (seed + i * 7));
        }
    }

    private void check(int bytes, int seed) {
        for (int i = 0; i < bytes; i++) {
            if (target.get(i) != (byte) (seed + i * 7)) {
                throw new AssertionError("byte " + i + " of " + bytes);
            }
        }
    }

    private void pass(int bytes, int seed) throws BadMessageException {
        fill(bytes, seed);
        assertTrue(writer.hasRoom(bytes + Long.BYTES));
        writer.putWord(bytes);
        writer.put(NativeMemory.address(source), bytes);
        writer.pad();
        assertEquals(0, reader.available());
        writer.publish();
        assertEquals(Long.BYTES + (bytes + 7L) / 8 * 8, reader.available());
        assertEquals(bytes, reader.word(0));
        reader.skip(Long.BYTES);
        reader.take(Landing.at(NativeMemory.address(target)), 0, bytes);
        reader.pad();
        reader.release();
        assertEquals(0, reader.available());
        check(bytes, seed);
    }

    private void moveTo(int place) throws BadMessageException {
        long bytes = (place - region.getLong(RingGeometry.HEAD)) & (CAPACITY - 1);
        assertTrue(writer.hasRoom(bytes));
        writer.put(NativeMemory.address(source), bytes);
        writer.publish();
        assertEquals(bytes, reader.available());
        reader.skip(bytes);
        reader.release();
    }

    @Test
    void everySizeFitsAtEveryPlaceNearTheEnd() throws BadMessageException {
        for (int before = 0; before <= 128; before += 8) {
            for (int bytes = 0; bytes <= 160; bytes++) {
                moveTo(CAPACITY - before);
                pass(bytes, before + bytes);
            }
        }
        pass(CAPACITY - Long.BYTES, 5);
    }

    @Test
    void whatIsNotReleasedIsNoRoom() throws BadMessageException {
        assertTrue(writer.hasRoom(CAPACITY));
        assertFalse(writer.hasRoom(CAPACITY + 1));
        writer.put(NativeMemory.address(source), CAPACITY);
        writer.publish();
        assertFalse(writer.hasRoom(1));
        assertEquals(CAPACITY, reader.available());
        reader.skip(CAPACITY / 2);
        assertFalse(writer.hasRoom(1));
        reader.release();
        assertTrue(writer.hasRoom(CAPACITY / 2));
        assertFalse(writer.hasRoom(CAPACITY / 2 + 1));
        assertEquals(CAPACITY / 2, reader.free());
    }

    @Test
    void aReaderThatCannotBeWhereItSaysIsAnError() {
        for (long tail : new long[] {8, -8, Long.MAX_VALUE, Long.MIN_VALUE}) {
            region.putLong(RingGeometry.TAIL, tail);
            assertThrows(BadMessageException.class, () -> writer.hasRoom(CAPACITY + 1), "tail " + tail);
        }
    }

    @Test
    void twoThreadsPassMillionsOfBytes() throws Exception {
        long seed = System.nanoTime();
        System.out.println("RingTest seed " + seed);
        int messages = 20_000;
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(new Random(seed), messages));
        Random random = new Random(seed);
        for (int message = 0; message < messages; message++) {
            int bytes = 1 + random.nextInt(2_000);
            byte value = (byte) random.nextInt();
            while (reader.available() == 0) {
                assertFalse(writing.isCompletedExceptionally(), "the writer failed");
                Thread.onSpinWait();
            }
            reader.take(Landing.at(NativeMemory.address(target)), 0, bytes);
            reader.pad();
            reader.release();
            for (int i = 0; i < bytes; i++) {
                if (target.get(i) != (byte) (value + i)) {
                    throw new AssertionError("byte " + i + " of message " + message);
                }
            }
        }
        writing.get(30, TimeUnit.SECONDS);
    }

    private void write(Random random, int messages) {
        try {
            for (int message = 0; message < messages; message++) {
                int bytes = 1 + random.nextInt(2_000);
                byte value = (byte) random.nextInt();
                for (int i = 0; i < bytes; i++) {
                    source.put(i, (byte) (value + i));
                }
                while (!writer.hasRoom(bytes + Long.BYTES)) {
                    Thread.onSpinWait();
                }
                writer.put(NativeMemory.address(source), bytes);
                writer.pad();
                writer.publish();
            }
        } catch (BadMessageException e) {
            throw new AssertionError(e);
        }
    }
}
