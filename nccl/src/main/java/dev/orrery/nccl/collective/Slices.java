package dev.orrery.nccl.collective;

/** Whole elements shared out to as many slices, the first ones longer by one where it does not come out even. */
record Slices(long elements, int elementSize, int count) {
    static Slices ofBytes(long byteSize, int elementSize, int count) {
        return new Slices(byteSize / elementSize, elementSize, count);
    }

    /** Where a slice begins, in bytes. */
    long offset(int slice) {
        return (elements / count * slice + Math.min(slice, elements % count)) * elementSize;
    }

    long byteSize(int slice) {
        return offset(slice + 1) - offset(slice);
    }
}
