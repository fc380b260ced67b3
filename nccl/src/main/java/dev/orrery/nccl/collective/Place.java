package dev.orrery.nccl.collective;

/**
 * Which member of how many this one is. The ranks form a ring.
 *
 * @param rank of this member
 */
record Place(int rank, int size) {
    /** The rank that many places further on. */
    int after(int places) {
        return Math.floorMod(rank + places, size);
    }

    int before(int places) {
        return Math.floorMod(rank - places, size);
    }

    /** How many places this member comes after the root. */
    int fromRoot(int root) {
        return Math.floorMod(rank - root, size);
    }
}
