package dev.orrery.nccl.shared;

import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.nccl.transfer.BadMessageException;
import java.nio.ByteBuffer;

/** Puts bytes into a ring. Used by one thread at a time. What was put is seen by the reader after {@link #publish()}. */
final class RingWriter {
    private final RingWords words;
    private final long data;
    private final long capacity;
    private long position;
    /** The reader has come at least this far. */
    private long seenTail;

    RingWriter(ByteBuffer region, RingGeometry geometry) {
        this.words = new RingWords(region);
        this.data = NativeMemory.address(region) + RingGeometry.dataOffset();
        this.capacity = geometry.ringBytes();
    }

    RingWords words() {
        return words;
    }

    /**
     * Whether that much can be put; looks at the reader's position only when it must. Throws when that is none that a reader
     * can have.
     */
    boolean hasRoom(long bytes) throws BadMessageException {
        if (capacity - (position - seenTail) >= bytes) {
            return true;
        }
        long tail = words.getAcquire(RingGeometry.TAIL);
        if (tail - seenTail < 0 || position - tail < 0) {
            throw BadMessageException.malformed("a position that cannot be: " + (position - tail) + " bytes behind");
        }
        seenTail = tail;
        return capacity - (position - seenTail) >= bytes;
    }

    /** Positions are multiples of eight here. */
    void putWord(long word) {
        NativeMemory.putLong(data + (position & (capacity - 1)), word);
        position += Long.BYTES;
    }

    void skip(int bytes) {
        position += bytes;
    }

    void put(long source, long bytes) {
        long at = position & (capacity - 1);
        long first = Math.min(bytes, capacity - at);
        NativeMemory.copy(source, data + at, first);
        if (bytes > first) {
            NativeMemory.copy(source + first, data, bytes - first);
        }
        position += bytes;
    }

    /** How much is left out before a message of that size, when its head takes so much. */
    int gap(long head, long size) {
        return RingGeometry.gap(position + head, size);
    }

    /** Skips to the next multiple of eight. */
    void pad() {
        position = (position + Long.BYTES - 1) & -Long.BYTES;
    }

    void publish() {
        words.setRelease(RingGeometry.HEAD, position);
    }
}
