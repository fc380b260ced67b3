package dev.orrery;

/**
 * An argument of a task: an {@link ObjectRef}, whose value the task is given once it is there, or, beside one of those, a value
 * itself.
 *
 * @param <T> what the task's function takes
 */
public sealed interface Arg<T> permits ObjectRef, Arg.Plain {
    /** A value, which may be null. It is copied when the task is submitted. */
    static <T> Arg<T> of(T value) {
        return new Plain<>(value);
    }

    /** A value. */
    record Plain<T>(T value) implements Arg<T> {}
}
