package dev.orrery.nccl.collective;

import dev.orrery.nccl.collective.ReduceKernel.Finishing;

/**
 * Loops over integers, which wrap around. Each is as plain as it can be, so that the JVM makes vector instructions of it.
 */
final class IntegerLoops {
    static final Finishing<byte[]> INT8 = new Exact<>((x, n, divisor) -> {
        for (int i = 0; i < n; i++) {
            x[i] = (byte) (x[i] / divisor);
        }
    });

    static final Finishing<byte[]> UINT8 = new Exact<>((x, n, divisor) -> {
        for (int i = 0; i < n; i++) {
            x[i] = (byte) (Byte.toUnsignedInt(x[i]) / divisor);
        }
    });

    static final Finishing<short[]> INT16 = new Exact<>((x, n, divisor) -> {
        for (int i = 0; i < n; i++) {
            x[i] = (short) (x[i] / divisor);
        }
    });

    static final Finishing<int[]> INT32 = new Exact<>((x, n, divisor) -> {
        for (int i = 0; i < n; i++) {
            x[i] = x[i] / divisor;
        }
    });

    static final Finishing<long[]> INT64 = new Exact<>((x, n, divisor) -> {
        for (int i = 0; i < n; i++) {
            x[i] = x[i] / divisor;
        }
    });

    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long LOW_BITS = 0x0101010101010101L;

    /** Without a NaN. */
    record Exact<A>(Division<A> division) implements Finishing<A> {
        interface Division<A> {
            void apply(A block, int elements, int divisor);
        }

        @Override
        public void divide(A block, int elements, int divisor) {
            division.apply(block, elements, divisor);
        }

        @Override
        public void canonicalize(A block, int elements) {
            // Every value has one representation.
        }
    }

    private IntegerLoops() {}

    static void sum(byte[] x, byte[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (byte) (x[i] + y[i]);
        }
    }

    static void product(byte[] x, byte[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (byte) (x[i] * y[i]);
        }
    }

    static void min(byte[] x, byte[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (byte) Math.min(x[i], y[i]);
        }
    }

    static void max(byte[] x, byte[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (byte) Math.max(x[i], y[i]);
        }
    }

    static void unsignedMin(byte[] x, byte[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (byte) Math.min(x[i] & 0xff, y[i] & 0xff);
        }
    }

    static void unsignedMax(byte[] x, byte[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (byte) Math.max(x[i] & 0xff, y[i] & 0xff);
        }
    }

    static void sum(short[] x, short[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (short) (x[i] + y[i]);
        }
    }

    static void product(short[] x, short[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (short) (x[i] * y[i]);
        }
    }

    static void min(short[] x, short[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (short) Math.min(x[i], y[i]);
        }
    }

    static void max(short[] x, short[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (short) Math.max(x[i], y[i]);
        }
    }

    static void sum(int[] x, int[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] += y[i];
        }
    }

    static void product(int[] x, int[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] *= y[i];
        }
    }

    static void min(int[] x, int[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.min(x[i], y[i]);
        }
    }

    static void max(int[] x, int[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.max(x[i], y[i]);
        }
    }

    static void sum(long[] x, long[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] += y[i];
        }
    }

    static void product(long[] x, long[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] *= y[i];
        }
    }

    static void min(long[] x, long[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.min(x[i], y[i]);
        }
    }

    static void max(long[] x, long[] y, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.max(x[i], y[i]);
        }
    }

    /** BOOL, eight elements in each long. */
    static void or(long[] x, long[] y, int elements) {
        int n = longs(elements);
        for (int i = 0; i < n; i++) {
            x[i] = truth(x[i] | y[i]);
        }
    }

    /** BOOL, eight elements in each long. */
    static void and(long[] x, long[] y, int elements) {
        int n = longs(elements);
        for (int i = 0; i < n; i++) {
            x[i] = truth(x[i]) & truth(y[i]);
        }
    }

    private static int longs(int bytes) {
        return (bytes + Long.BYTES - 1) / Long.BYTES;
    }

    /** 1 for each byte that is not 0: any such byte is true. */
    private static long truth(long bytes) {
        return (((((bytes & ~HIGH_BITS) + ~HIGH_BITS) | bytes) & HIGH_BITS) >>> 7) & LOW_BITS;
    }
}
