package dev.orrery.nccl.collective;

import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.nccl.collective.ReduceKernel.Finishing;

/**
 * Loops over FP32 and FP64. The minimum and maximum are those of {@link Math#min} and {@link Math#max}: a NaN wins, and
 * -0.0 is less than 0.0.
 */
final class FloatLoops {
    static final Finishing<float[]> FP32 = new SingleFinishing();
    static final Finishing<double[]> FP64 = new DoubleFinishing();

    private static final int INFINITY = 0x7f800000;
    private static final int MAGNITUDE = 0x7fffffff;
    private static final int NAN = 0x7fc00000;
    private static final long LONG_INFINITY = 0x7ff0000000000000L;
    private static final long LONG_MAGNITUDE = 0x7fffffffffffffffL;
    private static final long LONG_NAN = 0x7ff8000000000000L;

    private FloatLoops() {}

    static void sum(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] += y[i];
        }
    }

    static void product(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] *= y[i];
        }
    }

    static void min(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.min(x[i], y[i]);
        }
    }

    static void max(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.max(x[i], y[i]);
        }
    }

    static void divide(float[] x, int n, float divisor) {
        for (int i = 0; i < n; i++) {
            x[i] /= divisor;
        }
    }

    static void sum(double[] x, double[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] += y[i];
        }
    }

    static void product(double[] x, double[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] *= y[i];
        }
    }

    static void min(double[] x, double[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.min(x[i], y[i]);
        }
    }

    static void max(double[] x, double[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.max(x[i], y[i]);
        }
    }

    /** All ones when those are the bits of a NaN, else 0; without a branch. */
    static int maskOfNaN(int bits) {
        return (INFINITY - (bits & MAGNITUDE)) >> 31;
    }

    static void canonicalize(int[] bits, int n) {
        for (int i = 0; i < n; i++) {
            int mask = maskOfNaN(bits[i]);
            bits[i] = (bits[i] & ~mask) | (NAN & mask);
        }
    }

    static void canonicalize(long[] bits, int n) {
        for (int i = 0; i < n; i++) {
            long mask = (LONG_INFINITY - (bits[i] & LONG_MAGNITUDE)) >> 63;
            bits[i] = (bits[i] & ~mask) | (LONG_NAN & mask);
        }
    }

    private static final class SingleFinishing implements Finishing<float[]> {
        private final ThreadLocal<int[]> bits =
                ThreadLocal.withInitial(() -> new int[ReduceKernel.ARRAY_BYTES / Integer.BYTES]);

        @Override
        public void divide(float[] block, int elements, int divisor) {
            FloatLoops.divide(block, elements, divisor);
        }

        @Override
        public void canonicalize(float[] block, int elements) {
            int[] ints = bits.get();
            NativeMemory.copyBetweenArrays(block, ints, (long) elements * Float.BYTES);
            FloatLoops.canonicalize(ints, elements);
            NativeMemory.copyBetweenArrays(ints, block, (long) elements * Float.BYTES);
        }
    }

    private static final class DoubleFinishing implements Finishing<double[]> {
        private final ThreadLocal<long[]> bits =
                ThreadLocal.withInitial(() -> new long[ReduceKernel.ARRAY_BYTES / Long.BYTES]);

        @Override
        public void divide(double[] block, int elements, int divisor) {
            double by = divisor;
            for (int i = 0; i < elements; i++) {
                block[i] /= by;
            }
        }

        @Override
        public void canonicalize(double[] block, int elements) {
            long[] longs = bits.get();
            NativeMemory.copyBetweenArrays(block, longs, (long) elements * Double.BYTES);
            FloatLoops.canonicalize(longs, elements);
            NativeMemory.copyBetweenArrays(longs, block, (long) elements * Double.BYTES);
        }
    }
}
