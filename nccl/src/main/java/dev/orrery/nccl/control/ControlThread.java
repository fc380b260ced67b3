package dev.orrery.nccl.control;

import dev.orrery.internal.lifecycle.NamedThreads;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the state of all worlds and links of one process, so that none of it needs a lock. Nothing that runs here waits.
 * What comes after {@link #close()} is dropped.
 */
public final class ControlThread implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ControlThread.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final ScheduledThreadPoolExecutor executor;

    public ControlThread(String name) {
        this.executor = new ScheduledThreadPoolExecutor(1, new NamedThreads(name));
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Returns false when this is closed. */
    public boolean execute(Runnable task) {
        try {
            executor.execute(guarded(task));
            return true;
        } catch (RejectedExecutionException e) {
            log.debug("a task came after the end", e);
            return false;
        }
    }

    public Cancellable after(Duration delay, Runnable task) {
        try {
            Future<?> future = executor.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException e) {
            log.debug("a task came after the end", e);
            return () -> {};
        }
    }

    public Cancellable every(Duration interval, Runnable task) {
        Future<?> future = executor.scheduleWithFixedDelay(
                guarded(task), interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    /** Something that will happen unless it is cancelled. */
    @FunctionalInterface
    public interface Cancellable {
        void cancel();
    }

    /** A defect in what concerns one world must not take the others along. */
    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                log.error("defect on the control thread of the worlds", e);
            }
        };
    }

    /** Runs what was handed in, then ends the thread; bounded. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                executor.shutdownNow();
                log.error("the control thread of the worlds did not end within {}", CLOSE_LIMIT);
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
