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
        if (isEmpty()) {
            movedNanos = nowNanos;
        }
        put(waiting, task, expectedNanos);
    }

    /** They go first. */
    void putBack(SubmittedTask task, long expectedNanos) {
        put(back, task, expectedNanos);
    }

    private void put(Set<SubmittedTask> where, SubmittedTask task, long expectedNanos) {
        if (isEmpty()) {
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

    /** A task was done. */
    void progressed(long nowNanos) {
        movedNanos = nowNanos;
    }

    /** How long no task has been done although some wait. */
    long stalledNanos(long nowNanos) {
        return isEmpty() ? 0 : nowNanos - movedNanos;
    }

    Optional<SubmittedTask> first() {
        Iterator<SubmittedTask> tasks = (back.isEmpty() ? waiting : back).iterator();
        return tasks.hasNext() ? Optional.of(tasks.next()) : Optional.empty();
    }

    /** Returns whether it was here. */
    boolean remove(SubmittedTask task) {
        boolean removed = waiting.remove(task) || back.remove(task);
        if (removed) {
            backlogNanos -= task.expectedNanos();
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
        expired.forEach(this::remove);
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
