package dev.orrery.tensor;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.util.Arrays;

/** Arithmetic of shapes that does not overflow silently. */
final class Shapes {
    private Shapes() {}

    static long elements(long... shape) {
        long product = 1;
        try {
            for (long extent : shape) {
                if (extent < 0) {
                    throw invalid(shape, "has a negative extent");
                }
                product = Math.multiplyExact(product, extent);
            }
        } catch (ArithmeticException e) {
            throw invalid(shape, "has more than 2^63 elements");
        }
        return product;
    }

    static long byteSize(DataType type, long... shape) {
        if (!type.fixedSize()) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "elements of BYTES have no fixed size; use allocateBytes or ofByteStrings");
        }
        try {
            return Math.multiplyExact(elements(shape), (long) type.size());
        } catch (ArithmeticException e) {
            throw invalid(shape, "has more than 2^63 bytes");
        }
    }

    private static OrreryException invalid(long[] shape, String what) {
        return OrreryException.of(ErrorCode.INVALID_ARGUMENT, "shape " + Arrays.toString(shape) + " " + what);
    }
}
