package dev.orrery.nccl.collective;

import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.tensor.DataType;
import dev.orrery.world.ReduceOperation;
import java.util.Arrays;

/** Single elements of every type, written and combined in the plainest way. */
final class TestingElements {
    private static final double[] FP16 = positives(5, 10);
    private static final double[] BF16 = positives(8, 7);

    private TestingElements() {}

    /** The finite positive numbers of a format, by their bits. */
    private static double[] positives(int exponentBits, int mantissaBits) {
        int bias = (1 << (exponentBits - 1)) - 1;
        double[] values = new double[((1 << exponentBits) - 1) << mantissaBits];
        for (int bits = 0; bits < values.length; bits++) {
            int exponent = bits >> mantissaBits;
            double fraction = (bits & ((1 << mantissaBits) - 1)) / (double) (1 << mantissaBits);
            values[bits] = exponent == 0 ? Math.scalb(fraction, 1 - bias) : Math.scalb(1 + fraction, exponent - bias);
        }
        return values;
    }

    static boolean isFloating(DataType type) {
        return type == DataType.FP16 || type == DataType.BF16 || type == DataType.FP32 || type == DataType.FP64;
    }

    static double readFloating(DataType type, long address) {
        return switch (type) {
            case FP16 -> widen(NativeMemory.getShort(address), FP16);
            case BF16 -> widen(NativeMemory.getShort(address), BF16);
            case FP32 -> Float.intBitsToFloat(NativeMemory.getInt(address));
            case FP64 -> Double.longBitsToDouble(NativeMemory.getLong(address));
            default -> throw new IllegalArgumentException(type.name());
        };
    }

    static void writeFloating(DataType type, long address, double value) {
        switch (type) {
            case FP16 -> NativeMemory.putShort(address, narrow(value, FP16));
            case BF16 -> NativeMemory.putShort(address, narrow(value, BF16));
            case FP32 -> NativeMemory.putInt(address, Float.floatToIntBits((float) value));
            case FP64 -> NativeMemory.putLong(address, Double.doubleToLongBits(value));
            default -> throw new IllegalArgumentException(type.name());
        }
    }

    private static double widen(short bits, double[] positives) {
        int magnitude = bits & 0x7fff;
        double sign = bits < 0 ? -1 : 1;
        if (magnitude > positives.length) {
            return Double.NaN;
        }
        return sign * (magnitude == positives.length ? Double.POSITIVE_INFINITY : positives[magnitude]);
    }

    /** To the nearest, ties to even. */
    private static short narrow(double value, double[] positives) {
        int mantissaBits = positives == FP16 ? 10 : 7;
        int infinity = positives.length;
        if (Double.isNaN(value)) {
            return (short) (infinity | (1 << (mantissaBits - 1)));
        }
        int sign = Math.copySign(1, value) < 0 ? 0x8000 : 0;
        double magnitude = Math.abs(value);
        double largest = positives[infinity - 1];
        double beyond = largest + (largest - positives[infinity - 2]);
        int found = Arrays.binarySearch(positives, magnitude);
        if (found >= 0) {
            return (short) (sign | found);
        }
        int above = -found - 1;
        double upper = above == infinity ? beyond : positives[above];
        double middle = (positives[above - 1] + upper) / 2;
        boolean isUp = magnitude > middle || (magnitude == middle && above % 2 == 0);
        return (short) (sign | (isUp ? above : above - 1));
    }

    static long readBits(DataType type, long address) {
        return switch (type.size()) {
            case 1 -> NativeMemory.getByte(address);
            case 2 -> NativeMemory.getShort(address);
            case 4 -> NativeMemory.getInt(address);
            default -> NativeMemory.getLong(address);
        };
    }

    static long readInteger(DataType type, long address) {
        return switch (type) {
            case INT8 -> NativeMemory.getByte(address);
            case UINT8 -> NativeMemory.getByte(address) & 0xff;
            case BOOL -> NativeMemory.getByte(address) != 0 ? 1 : 0;
            case INT16 -> NativeMemory.getShort(address);
            case INT32 -> NativeMemory.getInt(address);
            case INT64 -> NativeMemory.getLong(address);
            default -> throw new IllegalArgumentException(type.name());
        };
    }

    static void writeInteger(DataType type, long address, long value) {
        switch (type.size()) {
            case 1 -> NativeMemory.putByte(address, (byte) value);
            case 2 -> NativeMemory.putShort(address, (short) value);
            case 4 -> NativeMemory.putInt(address, (int) value);
            default -> NativeMemory.putLong(address, value);
        }
    }

    /** Writes {@code first op second}, rounded once. */
    static void combine(DataType type, ReduceOperation operation, long first, long second, long to) {
        if (isFloating(type)) {
            boolean isDouble = type == DataType.FP64;
            double a = readFloating(type, first);
            double b = readFloating(type, second);
            double exact = combine(operation, a, b);
            // Of two floats, the sum and the product in double are exact enough to be rounded again.
            writeFloating(type, to, isDouble ? exact : (float) exact);
        } else {
            long a = readInteger(type, first);
            long b = readInteger(type, second);
            writeInteger(type, to, type == DataType.BOOL ? logic(operation, a, b) : combine(operation, a, b));
        }
    }

    private static double combine(ReduceOperation operation, double a, double b) {
        return switch (operation) {
            case SUM, AVG -> a + b;
            case PRODUCT -> a * b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
        };
    }

    private static long combine(ReduceOperation operation, long a, long b) {
        return switch (operation) {
            case SUM, AVG -> a + b;
            case PRODUCT -> a * b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
        };
    }

    private static long logic(ReduceOperation operation, long a, long b) {
        return switch (operation) {
            case SUM, MAX, AVG -> a | b;
            case PRODUCT, MIN -> a & b;
        };
    }

    static void divide(DataType type, long at, int divisor) {
        if (isFloating(type)) {
            writeFloating(type, at, readFloating(type, at) / divisor);
        } else {
            writeInteger(type, at, readInteger(type, at) / divisor);
        }
    }
}
