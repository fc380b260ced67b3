package dev.orrery.internal.task;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Tasks that no worker has: those that came back first, then in the order in which they came. Not thread-safe. */
final class TaskQueue {
    private final Set<SubmittedTask> back = new LinkedHashSet<>();
    private final Set<SubmittedTask> waiting = new LinkedHashSet<>();
    private long backlogNanos;
    private long movedNanos;
    /** No task's time is over before. */
    private long nextEndNanos = Long.MAX_VALUE;

    void add(SubmittedTask task, long expectedNanos, long nowNanos) {
        put(waiting, task, expectedNanos, nowNanos);
    }

    /** They go first. */
    void putBack(SubmittedTask task, long expectedNanos, long nowNanos) {
        put(back, task, expectedNanos, nowNanos);
    }

    private void put(Set<SubmittedTask> where, SubmittedTask task, long expectedNanos, long nowNanos) {
        if (isEmpty()) {
            movedNanos = nowNanos;
            nextEndNanos = task.endNanos();
        } else if (task.endNanos() - nextEndNanos < 0) {
            nextEndNanos = task.endNanos();
        }
        task.expect(expectedNanos);
        backlogNanos += expectedNanos;
        where.add(task);
    }

    boolean isEmpty() {
        return back.isEmpty() && waiting.isEmpty();
    }

    int size() {
        return back.size() + waiting.size();
    }

    long backlogNanos() {
        return backlogNanos;
    }

    /** How long no task has left it, or since its first one came. */
    long stalledNanos(long nowNanos) {
        return isEmpty() ? 0 : nowNanos - movedNanos;
    }

    Optional<SubmittedTask> first() {
        Iterator<SubmittedTask> tasks = (back.isEmpty() ? waiting : back).iterator();
        return tasks.hasNext() ? Optional.of(tasks.next()) : Optional.empty();
    }

    /** Returns whether it was here. */
    boolean remove(SubmittedTask task, long nowNanos) {
        boolean removed = waiting.remove(task) || back.remove(task);
        if (removed) {
            backlogNanos -= task.expectedNanos();
            movedNanos = nowNanos;
        }
        return removed;
    }

    /** Takes out those whose time is over. */
    List<SubmittedTask> takeExpired(long nowNanos) {
        if (isEmpty() || nextEndNanos - nowNanos > 0) {
            return List.of();
        }
        List<SubmittedTask> expired = Stream.concat(back.stream(), waiting.stream())
                .filter(task -> task.endNanos() - nowNanos <= 0)
                .toList();
        expired.forEach(task -> remove(task, nowNanos));
        nextEndNanos = Stream.concat(back.stream(), waiting.stream())
                .mapToLong(SubmittedTask::endNanos)
                .reduce((one, other) -> one - other < 0 ? one : other)
                .orElse(Long.MAX_VALUE);
        return expired;
    }

    List<SubmittedTask> takeAll() {
        List<SubmittedTask> all = new ArrayList<>(back);
        all.addAll(waiting);
        back.clear();
        waiting.clear();
        backlogNanos = 0;
        return all;
    }
}
