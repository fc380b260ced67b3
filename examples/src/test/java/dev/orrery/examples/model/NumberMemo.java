package dev.orrery.examples.model;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntSupplier;

/**
 * Remembers what a part comes to from a state by an input; parts are deterministic, and few of their steps are different.
 * Thread-safe; two threads may work out the same at the same time, and both get what one of them found.
 */
public final class NumberMemo {
    private static final int KIND_BITS = 6;
    private static final int INPUT_BITS = 28;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    /**
     * An open table, at most half full: a key, zero where none is, and its result beside it, for most of the time goes by in
     * waiting for memory. The result is written first.
     */
    private volatile AtomicLongArray table = new AtomicLongArray(1 << 12);

    private int size;

    /**
     * @param kind tells inputs apart that have the same number; from zero to 63
     * @param input its number; below 2^28
     */
    public int get(int state, int kind, int input, IntSupplier compute) {
        if (kind >>> KIND_BITS != 0 || input >>> INPUT_BITS != 0) {
            throw new IllegalArgumentException("kind " + kind + " or input " + input + " is too large");
        }
        long key = 1 + (((long) state << KIND_BITS | kind) << INPUT_BITS | input);
        AtomicLongArray all = table;
        int place = place(all, key);
        return all.get(place) == key ? (int) all.get(place + 1) : put(key, compute.getAsInt());
    }

    private synchronized int put(long key, int result) {
        int place = place(table, key);
        if (table.get(place) == key) {
            return (int) table.get(place + 1);
        }
        put(table, place, key, result);
        size++;
        if (size * 4 > table.length()) {
            table = larger(table);
        }
        return result;
    }

    private static AtomicLongArray larger(AtomicLongArray full) {
        AtomicLongArray larger = new AtomicLongArray(full.length() * 2);
        for (int i = 0; i < full.length(); i += 2) {
            if (full.get(i) != 0) {
                put(larger, place(larger, full.get(i)), full.get(i), full.get(i + 1));
            }
        }
        return larger;
    }

    private static void put(AtomicLongArray into, int place, long key, long result) {
        into.set(place + 1, result);
        into.set(place, key);
    }

    /** Where the key is, or would be. */
    private static int place(AtomicLongArray table, long key) {
        int mask = table.length() - 2;
        int at = (int) ((key * SPREAD) >>> Integer.SIZE) & mask;
        for (long there = table.get(at); there != key && there != 0; there = table.get(at)) {
            at = (at + 2) & mask;
        }
        return at;
    }

    public synchronized int size() {
        return size;
    }
}
