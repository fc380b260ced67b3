package dev.orrery.examples.model;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** What belongs to numbers from zero on, in a growing array. Thread-safe: whoever got a number finds what was put there. */
final class Numbered<T> {
    private volatile AtomicReferenceArray<T> values = new AtomicReferenceArray<>(1 << 10);

    /** Null when nothing was put there. */
    T get(int number) {
        AtomicReferenceArray<T> all = values;
        return number < all.length() ? all.get(number) : null;
    }

    synchronized void put(int number, T value) {
        if (number >= values.length()) {
            AtomicReferenceArray<T> larger =
                    new AtomicReferenceArray<>(Math.max(values.length() * 2, Integer.highestOneBit(number) * 2));
            for (int i = 0; i < values.length(); i++) {
                larger.set(i, values.get(i));
            }
            values = larger;
        }
        values.set(number, value);
    }
}
