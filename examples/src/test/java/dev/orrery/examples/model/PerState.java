package dev.orrery.examples.model;

import java.util.function.IntFunction;

/** What is known of each state of a part, found out once. Thread-safe. */
public final class PerState<T> {
    private final IntFunction<T> find;
    private final Numbered<T> known = new Numbered<>();

    public PerState(IntFunction<T> find) {
        this.find = find;
    }

    public T of(int state) {
        T found = known.get(state);
        if (found == null) {
            found = find.apply(state);
            known.put(state, found);
        }
        return found;
    }
}
