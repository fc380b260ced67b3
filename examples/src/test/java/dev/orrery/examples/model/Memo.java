package dev.orrery.examples.model;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Remembers as {@link NumberMemo} does, for results that are no numbers. Thread-safe. */
public final class Memo<R> {
    private final NumberMemo numbers = new NumberMemo();
    private final Numbered<R> results = new Numbered<>();
    private final AtomicInteger next = new AtomicInteger();

    public R get(int state, int kind, int input, Supplier<R> compute) {
        return results.get(numbers.get(state, kind, input, () -> add(compute.get())));
    }

    private int add(R result) {
        int number = next.getAndIncrement();
        results.put(number, result);
        return number;
    }

    public int size() {
        return numbers.size();
    }
}
