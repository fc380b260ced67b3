package dev.orrery.internal.task;

import dev.orrery.TaskContext;
import java.util.Optional;

/** What runs on this thread: set by a worker around the user's code. */
public final class CurrentWork {
    /** Of the worker: lets others have its CPUs while the user's code waits. */
    public interface Lender {
        void lend();

        void takeBack();
    }

    private static final ThreadLocal<Lender> LENDER = new ThreadLocal<>();
    private static final ThreadLocal<TaskContext> TASK = new ThreadLocal<>();

    private CurrentWork() {}

    /** This thread runs the user's code of a worker, for as long as it lives. */
    public static void lendBy(Lender lender) {
        LENDER.set(lender);
    }

    /** Of this thread; none on one of the user's. */
    static Optional<Lender> lender() {
        return Optional.ofNullable(LENDER.get());
    }

    public static void begin(TaskContext task) {
        TASK.set(task);
    }

    public static void end() {
        TASK.remove();
    }

    public static Optional<TaskContext> task() {
        return Optional.ofNullable(TASK.get());
    }
}
