package dev.orrery.nccl.gpu;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The operations of one member in the order that rank 0 gives to all: an operation whose turn has come waits until this
 * member is ready for it, and later ones wait behind it. So of any two operations that two members share, both do the same
 * one first. Not thread-safe.
 *
 * @param <T> an operation
 */
final class Turns<T> {
    private final Map<Turn, T> ready = new HashMap<>();
    private final Deque<Turn> given = new ArrayDeque<>();

    /** This member is ready for it. */
    void ready(Turn turn, T operation) {
        ready.put(turn, operation);
    }

    boolean isReady(Turn turn) {
        return ready.containsKey(turn);
    }

    /** It will not happen. */
    Optional<T> withdraw(Turn turn) {
        return Optional.ofNullable(ready.remove(turn));
    }

    /** Its turn has come, after those given before. */
    void give(Turn turn) {
        given.add(turn);
    }

    /** What can be done now, in that order; told once. */
    List<T> next() {
        List<T> next = new ArrayList<>();
        while (!given.isEmpty() && ready.containsKey(given.peek())) {
            next.add(ready.remove(given.poll()));
        }
        return next;
    }

    boolean isEmpty() {
        return ready.isEmpty() && given.isEmpty();
    }

    /** Forgets all; returns what had not been done. */
    List<T> clear() {
        List<T> left = List.copyOf(ready.values());
        ready.clear();
        given.clear();
        return left;
    }
}
