package dev.orrery.examples.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** 128 bits that stand for a state; two different states with the same ones are left out of account. */
public record Digest(long high, long low) {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long FIRST = 0x9E3779B97F4A7C15L;
    private static final long SECOND = 0xC2B2AE3D27D4EB4FL;

    public static Digest of(byte[] bytes, int length) {
        long high = FIRST ^ length;
        long low = SECOND + length;
        int at = 0;
        while (at < length) {
            long word = at + Long.BYTES <= length ? (long) WORDS.get(bytes, at) : rest(bytes, at, length);
            high = mix(high ^ word) + SECOND;
            low = mix(low + word * FIRST) ^ high;
            at += Long.BYTES;
        }
        return new Digest(mix(high), mix(low));
    }

    private static long rest(byte[] bytes, int from, int length) {
        long word = 0;
        for (int i = from; i < length; i++) {
            word |= (bytes[i] & 0xFFL) << ((i - from) * Byte.SIZE);
        }
        return word;
    }

    public static long high(int[] numbers) {
        long hash = FIRST;
        for (int number : numbers) {
            hash = mix(hash ^ number) + SECOND;
        }
        return mix(hash);
    }

    public static long low(int[] numbers) {
        long hash = SECOND;
        for (int number : numbers) {
            hash = mix(hash + number * FIRST) ^ Long.rotateLeft(hash, 29);
        }
        return mix(hash);
    }

    private static long mix(long hash) {
        long mixed = hash;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        return mixed ^ (mixed >>> 32);
    }
}
