package dev.orrery.nccl.collective;

/** The steps between FP16 or BF16 in the high half of an int, and FP32. */
final class HalfBits {
    private static final int SIGN = 0x80000000;
    private static final int HIGH_HALF = 0xffff0000;
    private static final int BF16_NAN = 0x7fc00000;
    private static final int FP16_MAGNITUDE = 0x7fff0000;
    private static final int FP16_INFINITY = 0x7c000000;
    private static final int INFINITE_HALF = FP16_INFINITY >>> 16;
    private static final int FP16_NAN = 0x7e000000;
    private static final int FP32_EXPONENT = 0x7f800000;
    private static final int FP32_MAGNITUDE = 0x7fffffff;

    /** FP32 has 3 more bits of exponent, and so an exponent of the same value is larger by this. */
    private static final int BIAS_DIFFERENCE = 127 - 15;

    private static final float SCALE = 0x1p112f;

    /** 2^-14 in FP32; what is smaller is subnormal in FP16. */
    private static final int SMALLEST_NORMAL = (127 - 14) << 23;

    /** Bits of 0.5f: the floats from there on lie 2^-24 apart, as the subnormal numbers of FP16 do. */
    private static final int HALF = 0x3f000000;

    private HalfBits() {}

    /** From FP16: without signs, and too small by {@link #SCALE}; subnormal numbers need nothing else. */
    static void magnitudes(int[] halves, int[] scaled, int n) {
        for (int i = 0; i < n; i++) {
            scaled[i] = (halves[i] & FP16_MAGNITUDE) >>> 3;
        }
    }

    static void scale(float[] values, int n) {
        for (int i = 0; i < n; i++) {
            values[i] *= SCALE;
        }
    }

    static void addSignsAndInfinities(int[] halves, int[] bits, int n) {
        for (int i = 0; i < n; i++) {
            int infinite = (FP16_INFINITY - 1 - (halves[i] & FP16_MAGNITUDE)) >> 31;
            bits[i] |= (halves[i] & SIGN) | (FP32_EXPONENT & infinite);
        }
    }

    static void toFixedPoint(float[] values, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = Math.abs(values[i]) + 0.5f;
        }
    }

    /**
     * @param bits of FP32; becomes FP16 in the high halves
     * @param fixedPoint what {@link #toFixedPoint} gives for them
     */
    static void roundToFp16(int[] bits, int[] fixedPoint, int n) {
        for (int i = 0; i < n; i++) {
            int sign = bits[i] & SIGN;
            int magnitude = bits[i] & FP32_MAGNITUDE;
            int notNumber = FloatLoops.maskOfNaN(magnitude);
            int subnormal = (magnitude - SMALLEST_NORMAL) >> 31;
            int rebiased = magnitude - (BIAS_DIFFERENCE << 23);
            int normal = (rebiased + 0xfff + ((rebiased >>> 13) & 1)) >> 13;
            int overflow = (INFINITE_HALF - 1 - normal) >> 31;
            normal = (normal & ~overflow) | (INFINITE_HALF & overflow);
            int half = (normal & ~subnormal) | ((fixedPoint[i] - HALF) & subnormal);
            bits[i] = ((sign | (half << 16)) & ~notNumber) | (FP16_NAN & notNumber);
        }
    }

    static void roundToBf16(int[] bits, int n) {
        for (int i = 0; i < n; i++) {
            int notNumber = FloatLoops.maskOfNaN(bits[i]);
            int rounded = bits[i] + 0x7fff + ((bits[i] >>> 16) & 1);
            bits[i] = ((rounded & ~notNumber) | (BF16_NAN & notNumber)) & HIGH_HALF;
        }
    }
}
