package dev.orrery.examples.model;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Numbers values that are equal by what they hold. Thread-safe. */
public final class Values<T> {
    private final Map<T, Integer> numbers = new ConcurrentHashMap<>();
    private final Numbered<T> values = new Numbered<>();

    public int number(T value) {
        Integer known = numbers.get(value);
        return known != null ? known : added(value);
    }

    private synchronized int added(T value) {
        int next = numbers.size();
        values.put(next, value);
        Integer known = numbers.putIfAbsent(value, next);
        return known != null ? known : next;
    }

    public T value(int number) {
        return values.get(number);
    }

    public int size() {
        return numbers.size();
    }
}
