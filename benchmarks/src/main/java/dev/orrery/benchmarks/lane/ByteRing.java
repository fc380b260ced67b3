package dev.orrery.benchmarks.lane;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One direction of a {@link RingLane}: a ring of bytes for one producer and one consumer that wait by spinning. Each side
 * uses an instance of its own over the same memory.
 */
final class ByteRing {
    /** In front of the bytes: the producer's and the consumer's position, on lines of their own. */
    static final int HEADER_BYTES = 4096;

    private static final int PRODUCED = 0;
    private static final int CONSUMED = 128;
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ByteBuffer header;
    private final ByteBuffer ring;
    private final int mask;
    private final int chunkBytes;

    /** This side's position. */
    private long own;

    /** What was last seen of the other side's position. */
    private long other;

    /** @param memory the header and then the ring, whose size is a power of two */
    ByteRing(ByteBuffer memory, int chunkBytes) {
        this.header = memory.slice(0, HEADER_BYTES);
        this.ring = memory.slice(HEADER_BYTES, memory.capacity() - HEADER_BYTES);
        this.mask = ring.capacity() - 1;
        this.chunkBytes = chunkBytes;
    }

    void write(ByteBuffer message) {
        int length = message.capacity();
        for (int done = 0; done < length; ) {
            int free = ring.capacity() - (int) (own - other);
            if (free == 0) {
                awaitOther(CONSUMED, own - ring.capacity());
                continue;
            }
            int index = (int) own & mask;
            int part = Math.min(Math.min(length - done, chunkBytes), Math.min(free, ring.capacity() - index));
            ring.put(index, message, done, part);
            done += part;
            own += part;
            LONG.setRelease(header, PRODUCED, own);
        }
    }

    void read(ByteBuffer message) {
        int length = message.capacity();
        for (int done = 0; done < length; ) {
            int available = (int) (other - own);
            if (available == 0) {
                awaitOther(PRODUCED, own);
                continue;
            }
            int index = (int) own & mask;
            int part = Math.min(Math.min(length - done, chunkBytes), Math.min(available, ring.capacity() - index));
            message.put(done, ring, index, part);
            done += part;
            own += part;
            LONG.setRelease(header, CONSUMED, own);
        }
    }

    /** Spins until the other side's position is beyond that one. */
    private void awaitOther(int offset, long position) {
        other = (long) LONG.getAcquire(header, offset);
        while (other == position) {
            Thread.onSpinWait();
            other = (long) LONG.getAcquire(header, offset);
        }
    }
}
