package dev.orrery.internal.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The leased workers of a shape that are there. Not thread-safe. */
final class ReadyWorkers {
    private final List<TaskWorker> all = new ArrayList<>();

    void add(TaskWorker worker) {
        all.add(worker);
    }

    /** Returns whether it was here. */
    boolean remove(TaskWorker worker) {
        return all.remove(worker);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    int size() {
        return all.size();
    }

    /** Of those that take the task. */
    Optional<TaskWorker> leastBusy(SubmittedTask task, long expectedNanos, long nowNanos) {
        TaskWorker best = null;
        for (TaskWorker worker : all) {
            boolean better = best == null || worker.size() < best.size();
            if (better && worker.takes(task, expectedNanos, nowNanos)) {
                best = worker;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Those that are asked for what they have not begun, from now on. */
    List<TaskWorker> startWithdrawals(long nowNanos) {
        return all.stream().filter(worker -> worker.startsWithdrawal(nowNanos)).toList();
    }

    /** Takes out those that have had nothing to do for long enough. */
    List<TaskWorker> takeIdle(long nowNanos) {
        List<TaskWorker> idle =
                all.stream().filter(worker -> worker.isIdle(nowNanos)).toList();
        all.removeAll(idle);
        return idle;
    }

    List<TaskWorker> takeAll() {
        List<TaskWorker> taken = List.copyOf(all);
        all.clear();
        return taken;
    }
}
