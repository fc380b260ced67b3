package dev.orrery.nccl.collective;

import dev.orrery.internal.memory.NativeMemory;
import java.util.function.Supplier;

/**
 * Combines elements that lie outside the heap, in blocks that are copied to arrays and back: on Java 17 only loops over
 * arrays become vector instructions, and the copies stay within the first-level cache, so this is twice as fast as reading
 * and writing the elements where they are.
 *
 * @param <A> the primitive array that a block is copied to
 */
public final class ReduceKernel<A> {
    /** A multiple of every element's size, of which a few blocks fit into a first-level cache of 32 KB. */
    static final int BLOCK_BYTES = 4096;

    /**
     * Longer than a block: when two arrays lie next to each other, the same element of both must not lie a multiple of 4 KB
     * apart, or the processor takes a store to the one for a store to the other.
     */
    static final int ARRAY_BYTES = BLOCK_BYTES + 1024;

    /** What is done to a block. */
    interface Combination<A> {
        /** Puts {@code first op second} into {@code first}, for that many elements from the beginning. */
        void apply(A first, A second, int elements);
    }

    /** How a type is divided, and how what is not a number is written. */
    interface Finishing<A> {
        void divide(A block, int elements, int divisor);

        /** Gives everything that is not a number the same bits. */
        void canonicalize(A block, int elements);
    }

    /** What follows the combination of an element. */
    enum Ending {
        NONE,
        /**
         * When several members compute the same element: which of two NaNs an addition gives depends on how the JVM
         * compiled it, so all of them get the same bits.
         */
        ALIKE,
        /** For AVG. */
        DIVIDED,
        DIVIDED_ALIKE;

        boolean divides() {
            return this == DIVIDED || this == DIVIDED_ALIKE;
        }

        boolean isAlike() {
            return this == ALIKE || this == DIVIDED_ALIKE;
        }
    }

    private record Blocks<A>(A first, A second) {}

    private final int elementSize;
    private final Combination<A> combination;
    private final Finishing<A> finishing;
    private final ThreadLocal<Blocks<A>> blocks;

    /** @param newBlock makes an array of {@link #ARRAY_BYTES} */
    ReduceKernel(int elementSize, Supplier<A> newBlock, Combination<A> combination, Finishing<A> finishing) {
        this.elementSize = elementSize;
        this.combination = combination;
        this.finishing = finishing;
        this.blocks = ThreadLocal.withInitial(() -> new Blocks<>(newBlock.get(), newBlock.get()));
    }

    int elementSize() {
        return elementSize;
    }

    /** Writes {@code first op second} to {@code destination}, which may be one of the two; for AVG their sum. */
    public void combine(long first, long second, long destination, long byteSize) {
        combine(first, second, destination, byteSize, Ending.NONE, 1);
    }

    /**
     * Writes {@code first op second} to {@code destination}, which may be one of the two. All are addresses, of
     * {@code byteSize} bytes in whole elements.
     *
     * @param divisor for an ending that divides
     */
    void combine(long first, long second, long destination, long byteSize, Ending ending, int divisor) {
        Blocks<A> block = blocks.get();
        for (long offset = 0; offset < byteSize; offset += BLOCK_BYTES) {
            int length = (int) Math.min(BLOCK_BYTES, byteSize - offset);
            int elements = length / elementSize;
            NativeMemory.copyToArray(first + offset, block.first, 0, length);
            NativeMemory.copyToArray(second + offset, block.second, 0, length);
            combination.apply(block.first, block.second, elements);
            if (ending.divides()) {
                finishing.divide(block.first, elements, divisor);
            }
            if (ending.isAlike()) {
                finishing.canonicalize(block.first, elements);
            }
            NativeMemory.copyFromArray(block.first, 0, destination + offset, length);
        }
    }
}
