package dev.orrery.head.control;

import dev.orrery.internal.lifecycle.NamedThreads;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that owns the leader's state; turned by hand in tests. */
public interface ControlThread extends AutoCloseable {
    /** Runs {@code task} after what was given before; drops it once closed. */
    void execute(Runnable task);

    void every(Duration interval, Runnable task);

    @Override
    void close();

    static ControlThread start() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, new NamedThreads("control"));
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return new Executing(executor);
    }

    /** A real thread. */
    record Executing(ScheduledExecutorService executor) implements ControlThread {
        private static final Logger log = LoggerFactory.getLogger(ControlThread.class);

        @Override
        public void execute(Runnable task) {
            try {
                executor.execute(() -> guarded(task));
            } catch (RejectedExecutionException e) {
                log.debug("the control thread has ended", e);
            }
        }

        @Override
        public void every(Duration interval, Runnable task) {
            executor.scheduleWithFixedDelay(
                    () -> guarded(task), interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        }

        /** A defect in one step must not end the thread, and with it the leader. */
        private static void guarded(Runnable task) {
            try {
                task.run();
            } catch (RuntimeException e) {
                log.error("a step of the control thread failed", e);
            }
        }

        @Override
        public void close() {
            executor.shutdown();
        }
    }
}
