package dev.orrery.nccl.shared;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;

/**
 * The size of a ring.
 *
 * @param ringBytes a power of two
 * @param chunkBytes after how many bytes of a large message the other side is told; at most an eighth of the ring
 */
public record RingGeometry(int ringBytes, int chunkBytes) {
    /** Each of these words is alone on two cache lines: the processor fetches pairs of them. */
    static final int LINE_BYTES = 128;

    /** How far the writer has come; written by it only. */
    static final int HEAD = 0;
    /** 0, or how the writer ended: {@link #ENDED_RECEIVING} or {@link #ENDED}. */
    static final int END = LINE_BYTES;
    /** How far the reader has come; written by it only. */
    static final int TAIL = 2 * LINE_BYTES;
    /** 1 while the reader sleeps until something comes; taken back by the one who wakes it. */
    static final int READER_WAITS = 3 * LINE_BYTES;
    /** 1 while the writer sleeps until there is room. */
    static final int WRITER_WAITS = 4 * LINE_BYTES;
    /** 1 while the reader is in the middle of a message and takes what comes. */
    static final int READER_TAKES = 5 * LINE_BYTES;
    /** With how many peers the writer's process has moved something of late. */
    static final int WRITER_PEERS = 6 * LINE_BYTES;
    /** Which process the writer's is, by a number that no other one here has. Beside what is written as seldom. */
    static final int WRITER_PROCESS = WRITER_PEERS + Long.BYTES;

    static final long ENDED_RECEIVING = 1;
    static final long ENDED = 2;

    private static final int WORDS_BYTES = 4096;
    private static final int SMALLEST_RING = 64 << 10;
    private static final int LARGEST_RING = 256 << 20;
    private static final int CHUNKS = 8;
    private static final int CACHE_LINE = 64;
    /** For less the room that is left out matters more. */
    private static final int SMALLEST_ALIGNED = 2048;

    public RingGeometry {
        require(
                ringBytes >= SMALLEST_RING && ringBytes <= LARGEST_RING && Integer.bitCount(ringBytes) == 1,
                "a ring must have a power of two of bytes from " + SMALLEST_RING + " to " + LARGEST_RING + ", not "
                        + ringBytes);
        require(
                chunkBytes > 0 && chunkBytes <= ringBytes / CHUNKS && chunkBytes % Long.BYTES == 0,
                "a chunk must have a multiple of 8 bytes, at most an eighth of the ring's " + ringBytes + ", not "
                        + chunkBytes);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, otherwise);
        }
    }

    /** Of one ring with its words. */
    int regionBytes() {
        return WORDS_BYTES + ringBytes;
    }

    /** Where the bytes begin in a region. */
    static int dataOffset() {
        return WORDS_BYTES;
    }

    /**
     * How much is left out between a message's head and the message, which begins with a cache line unless it is small: copies
     * across the lines are slower.
     *
     * @param position behind the head
     */
    static int gap(long position, long size) {
        return size < SMALLEST_ALIGNED ? 0 : (int) (-position & (CACHE_LINE - 1));
    }

    /** Of the file with both rings. */
    public long fileBytes() {
        return 2L * regionBytes();
    }
}
