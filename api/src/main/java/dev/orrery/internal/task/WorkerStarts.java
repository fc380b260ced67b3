package dev.orrery.internal.task;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The workers of a shape that are on their way up, and what became of the last ones. Belongs to the workers of the shape, under
 * their lock, but for the reason of a wait, which any thread may ask for.
 */
final class WorkerStarts {
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int MOST_FAILED = 3;

    private final List<WorkerStart> starting = new ArrayList<>();
    private int failed;
    private long startAfterNanos;
    private volatile String waitsFor = "";

    WorkerStarts(long nowNanos) {
        this.startAfterNanos = nowNanos;
    }

    void add(WorkerStart start) {
        starting.add(start);
    }

    int size() {
        return starting.size();
    }

    List<WorkerStart> all() {
        return List.copyOf(starting);
    }

    /** Some time is let pass after one that failed. */
    boolean mayStart(long nowNanos) {
        return startAfterNanos - nowNanos <= 0;
    }

    /** Takes out those that only wait for room. */
    List<WorkerStart> takeUnplaced() {
        List<WorkerStart> unplaced =
                starting.stream().filter(start -> start.waitsFor().isPresent()).toList();
        starting.removeAll(unplaced);
        return unplaced;
    }

    /** Returns whether it was wanted still. */
    boolean succeeded(WorkerStart start) {
        boolean wanted = starting.remove(start);
        if (wanted) {
            failed = 0;
            waitsFor = "";
        }
        return wanted;
    }

    /**
     * Returns whether the tasks that wait fail for it.
     *
     * @param others whether there are workers that can do them
     */
    boolean failed(WorkerStart start, Throwable failure, boolean others, long nowNanos) {
        if (!starting.remove(start)) {
            return false;
        }
        startAfterNanos = nowNanos + RETRY_NANOS;
        StartEnd end = StartEnd.of(failure);
        if (end == StartEnd.TRY_AGAIN) {
            waitsFor = failure.getMessage();
        } else if (end == StartEnd.COUNT) {
            failed++;
        }
        boolean over = end == StartEnd.HOPELESS || (failed >= MOST_FAILED && !others);
        if (over) {
            failed = 0;
        }
        return over;
    }

    /** They were looked at again. */
    void seen() {
        if (!starting.isEmpty()) {
            waitsFor = starting.stream()
                    .flatMap(start -> start.waitsFor().stream())
                    .findFirst()
                    .orElse("");
        }
    }

    /** Why none is there; empty when nothing is known that keeps them. */
    String waitsFor() {
        return waitsFor;
    }

    void clear() {
        starting.clear();
    }
}
