package dev.orrery.nccl.shared;

import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.nccl.transfer.Landing;
import java.nio.ByteBuffer;

/** Takes bytes out of a ring. Used by one thread at a time. Their room is the writer's again after {@link #release()}. */
final class RingReader {
    private final RingWords words;
    private final long data;
    private final long capacity;
    private long position;
    /** The writer has come at least this far. */
    private long seenHead;

    RingReader(ByteBuffer region, RingGeometry geometry) {
        this.words = new RingWords(region);
        this.data = NativeMemory.address(region) + RingGeometry.dataOffset();
        this.capacity = geometry.ringBytes();
    }

    RingWords words() {
        return words;
    }

    /** How much can be taken; looks at the writer's position only when nothing else is known. */
    long available() {
        if (seenHead == position) {
            seenHead = words.getAcquire(RingGeometry.HEAD);
        }
        return seenHead - position;
    }

    /** How much room the writer has at least. */
    long free() {
        seenHead = words.getAcquire(RingGeometry.HEAD);
        return capacity - (seenHead - position);
    }

    /** The word that lies that many words ahead; it must be available. */
    long word(int ahead) {
        return NativeMemory.getLong(data + ((position + (long) ahead * Long.BYTES) & (capacity - 1)));
    }

    void skip(long bytes) {
        position += bytes;
    }

    /** Takes bytes that are available; they are bytes {@code offset}… of their message. */
    void take(Landing landing, long offset, long bytes) {
        long at = position & (capacity - 1);
        long first = Math.min(bytes, capacity - at);
        landing.take(data + at, offset, first);
        if (bytes > first) {
            landing.take(data, offset + first, bytes - first);
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

    void release() {
        words.setRelease(RingGeometry.TAIL, position);
    }
}
