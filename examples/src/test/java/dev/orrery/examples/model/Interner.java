package dev.orrery.examples.model;

import java.util.HashMap;
import java.util.Map;

/** Gives equal values the same number, by all that they hold. Thread-safe. */
public final class Interner<T> {
    private final Map<Digest, Integer> numbers = new HashMap<>();
    private final Numbered<T> values = new Numbered<>();

    /** The value must not change afterwards. */
    public int number(T value) {
        Digest digest = GraphCode.of(value);
        synchronized (numbers) {
            int next = numbers.size();
            Integer known = numbers.putIfAbsent(digest, next);
            if (known != null) {
                return known;
            }
            values.put(next, value);
            return next;
        }
    }

    public T value(int number) {
        return values.get(number);
    }

    public int size() {
        synchronized (numbers) {
            return numbers.size();
        }
    }
}
