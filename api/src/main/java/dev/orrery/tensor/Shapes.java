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
        return refused("shape " + Arrays.toString(shape) + " " + what);
    }

    private static OrreryException refused(String why) {
        return OrreryException.of(ErrorCode.INVALID_ARGUMENT, why);
    }

    /** Throws INVALID_ARGUMENT when a tensor of that type and shape cannot have so many bytes. */
    static void checkSize(DataType type, long byteSize, long... shape) {
        if (type.fixedSize() && byteSize != byteSize(type, shape)) {
            throw refused("a tensor " + type + Arrays.toString(shape) + " has " + byteSize(type, shape) + " bytes, not "
                    + byteSize);
        }
        checkRoom(type, byteSize, shape);
    }

    static void checkRoom(DataType type, long byteSize, long... shape) {
        // Each element takes the bytes of its length at least.
        if (!type.fixedSize() && byteSize < byteSize(DataType.INT32, shape)) {
            throw refused(
                    "a BYTES tensor of shape " + Arrays.toString(shape) + " has more than " + byteSize + " bytes");
        }
    }
}
