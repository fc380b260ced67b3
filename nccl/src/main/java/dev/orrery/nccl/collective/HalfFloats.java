package dev.orrery.nccl.collective;

import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.nccl.collective.ReduceKernel.Combination;
import dev.orrery.nccl.collective.ReduceKernel.Finishing;

/**
 * FP16 and BF16, two elements in each int: each block is widened to FP32, combined there, and rounded to the nearest (ties
 * to even). No loop has a branch or changes between ints and floats, for those would not become vector instructions. Every
 * NaN comes out as the same one.
 */
final class HalfFloats implements Finishing<int[]> {
    static final HalfFloats FP16 = new HalfFloats(Format.FP16);
    static final HalfFloats BF16 = new HalfFloats(Format.BF16);

    private static final int WORDS = ReduceKernel.ARRAY_BYTES / Integer.BYTES;
    private static final int HIGH_HALF = 0xffff0000;

    private enum Format {
        FP16,
        BF16
    }

    /** The elements in the low and in the high halves of a block's ints. */
    private static final class Wide {
        private final float[] low = new float[WORDS];
        private final float[] high = new float[WORDS];
    }

    /** What a thread works with. */
    private static final class Scratch {
        private final Wide first = new Wide();
        private final Wide second = new Wide();
        private final int[] bits = new int[WORDS];
        private final int[] more = new int[WORDS];
    }

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private final Format format;

    private HalfFloats(Format format) {
        this.format = format;
    }

    /** The combination of this format by one of FP32. */
    Combination<int[]> by(Combination<float[]> combination) {
        return (x, y, elements) -> {
            Scratch scratch = SCRATCH.get();
            int words = words(elements);
            widen(x, scratch.first, scratch, words);
            widen(y, scratch.second, scratch, words);
            combination.apply(scratch.first.low, scratch.second.low, words);
            combination.apply(scratch.first.high, scratch.second.high, words);
            narrow(scratch.first, x, scratch, words);
        };
    }

    private static int words(int elements) {
        return (elements + 1) / 2;
    }

    @Override
    public void divide(int[] block, int elements, int divisor) {
        Scratch scratch = SCRATCH.get();
        int words = words(elements);
        widen(block, scratch.first, scratch, words);
        FloatLoops.divide(scratch.first.low, words, divisor);
        FloatLoops.divide(scratch.first.high, words, divisor);
        narrow(scratch.first, block, scratch, words);
    }

    @Override
    public void canonicalize(int[] block, int elements) {
        // Rounding did.
    }

    private void widen(int[] words, Wide to, Scratch scratch, int n) {
        int[] bits = scratch.bits;
        for (int i = 0; i < n; i++) {
            bits[i] = words[i] << 16;
        }
        widenHigh(bits, to.low, scratch.more, n);
        for (int i = 0; i < n; i++) {
            bits[i] = words[i] & HIGH_HALF;
        }
        widenHigh(bits, to.high, scratch.more, n);
    }

    /** Elements that lie in the high halves of ints whose low halves are 0. */
    private void widenHigh(int[] bits, float[] to, int[] scaled, int n) {
        if (format == Format.FP16) {
            HalfBits.magnitudes(bits, scaled, n);
            NativeMemory.copyBetweenArrays(scaled, to, (long) n * Float.BYTES);
            HalfBits.scale(to, n);
            NativeMemory.copyBetweenArrays(to, scaled, (long) n * Float.BYTES);
            HalfBits.addSignsAndInfinities(bits, scaled, n);
            NativeMemory.copyBetweenArrays(scaled, to, (long) n * Float.BYTES);
        } else {
            NativeMemory.copyBetweenArrays(bits, to, (long) n * Float.BYTES);
        }
    }

    private void narrow(Wide from, int[] words, Scratch scratch, int n) {
        narrowToHigh(from.high, words, scratch.more, n);
        narrowToHigh(from.low, scratch.bits, scratch.more, n);
        int[] low = scratch.bits;
        for (int i = 0; i < n; i++) {
            words[i] |= low[i] >>> 16;
        }
    }

    private void narrowToHigh(float[] from, int[] to, int[] more, int n) {
        NativeMemory.copyBetweenArrays(from, to, (long) n * Float.BYTES);
        if (format == Format.FP16) {
            HalfBits.toFixedPoint(from, n);
            NativeMemory.copyBetweenArrays(from, more, (long) n * Float.BYTES);
            HalfBits.roundToFp16(to, more, n);
        } else {
            HalfBits.roundToBf16(to, n);
        }
    }
}
