package dev.orrery;

import java.util.List;

/**
 * What a wait for several objects found.
 *
 * @param done in the order in which they were given, whether there or failed
 * @param pending in the order in which they were given
 */
public record Waited<T>(List<ObjectRef<T>> done, List<ObjectRef<T>> pending) {
    public Waited {
        done = List.copyOf(done);
        pending = List.copyOf(pending);
    }
}
