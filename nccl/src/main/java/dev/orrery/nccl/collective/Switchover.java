package dev.orrery.nccl.collective;

/**
 * Up to which size of a tensor, in bytes, the algorithm with the fewest rounds costs less than the one that moves the fewest
 * bytes. The costs are compared in {@code docs/collectives.md}, for messages of 2 to 30 µs and 3 to 10 GB/s.
 *
 * @param pairExchange allReduce of two members: exchange, beyond it in halves
 * @param doubling allReduce of a power of two of members: doubling, beyond it around the ring
 * @param foldedDoubling the same for other numbers of members, which need two more rounds
 * @param ringSlice the least of a message around the ring, for which a tensor is cut into segments
 * @param tree broadcast and reduce: tree, beyond it along a chain in segments
 * @param segment the least that is worth a message of its own in a chain
 * @param fanOut allGather: to all at once, beyond it around the ring
 */
record Switchover(
        long pairExchange, long doubling, long foldedDoubling, long ringSlice, long tree, long segment, long fanOut) {
    static final Switchover DEFAULT =
            new Switchover(1 << 20, 256 << 10, 32 << 10, 512 << 10, 256 << 10, 64 << 10, 64 << 10);

    /** More would not make a chain faster, and each costs a little. */
    static final int MAX_SEGMENTS = 128;

    /** So many rounds before its own a receive is posted where none needs what an earlier one gives. */
    static final int RECEIVES_AHEAD = 2;

    boolean isRingForAllReduce(long byteSize, int members) {
        if (members == 2) {
            return byteSize > pairExchange;
        }
        return byteSize > (Integer.bitCount(members) == 1 ? doubling : foldedDoubling);
    }

    /** The segments of a tensor that goes around the ring. */
    Slices ringSegments(long byteSize, int elementSize, int members) {
        return cut(byteSize, elementSize, members * ringSlice);
    }

    boolean isChain(long byteSize, int members) {
        return members > 2 && byteSize > tree;
    }

    boolean isRingForAllGather(long byteSize) {
        return byteSize > fanOut;
    }

    /** A chain's segments, so that all its members work at the same time. */
    Slices segments(long byteSize, int elementSize) {
        return cut(byteSize, elementSize, segment);
    }

    private static Slices cut(long byteSize, int elementSize, long least) {
        int count = (int) Math.min(MAX_SEGMENTS, Math.max(1, byteSize / least));
        return Slices.ofBytes(byteSize, elementSize, count);
    }
}
