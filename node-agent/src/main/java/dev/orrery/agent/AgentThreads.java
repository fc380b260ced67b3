package dev.orrery.agent;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.NamedThreads;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads of an agent: one that owns all of its state, and some that wait for the disk. */
final class AgentThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentThreads.class);
    private static final int DISK_THREADS = 4;
    private static final int LAUNCH_THREADS = 4;
    private static final int LOG_READS_WAITING = 16;
    private static final long TICK_MILLIS = 100;
    private static final int TICKS_PER_LOOK = 5;
    private static final long POLL_MILLIS = 20;
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    private final ScheduledExecutorService loop =
            Executors.newSingleThreadScheduledExecutor(new NamedThreads("agent-loop"));
    private final ScheduledExecutorService disk =
            Executors.newScheduledThreadPool(DISK_THREADS, new NamedThreads("agent-disk"));
    private final ScheduledExecutorService launches =
            Executors.newScheduledThreadPool(LAUNCH_THREADS, new NamedThreads("agent-launch"));
    private final ScheduledExecutorService endings =
            Executors.newSingleThreadScheduledExecutor(new NamedThreads("agent-end"));
    private final ThreadPoolExecutor logs = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(LOG_READS_WAITING), new NamedThreads("agent-logs"));
    private int ticks;

    ScheduledExecutorService loop() {
        return loop;
    }

    ScheduledExecutorService disk() {
        return disk;
    }

    /** Forks: apart from the disk's, for a store of jars may hang. */
    ScheduledExecutorService launches() {
        return launches;
    }

    /** Looks for what dead workers have left: never behind a fork that hangs. */
    ScheduledExecutorService endings() {
        return endings;
    }

    /** Reads what workers print, for whoever wants to see it: never before anything that the agent is for. Refuses what is too much. */
    ThreadPoolExecutor logs() {
        return logs;
    }

    /** @param tick told whether it is time to look at all processes */
    void startTicking(Consumer<Boolean> tick, Runnable tidy, Duration tidyInterval) {
        loop.scheduleWithFixedDelay(
                guarded(() -> tick.accept(ticks++ % TICKS_PER_LOOK == 0)),
                TICK_MILLIS,
                TICK_MILLIS,
                TimeUnit.MILLISECONDS);
        disk.scheduleWithFixedDelay(
                guarded(tidy), tidyInterval.toNanos(), tidyInterval.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** A periodic task that throws would never run again, and silently. */
    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("a periodic task of the agent failed", e);
            }
        };
    }

    /** The same, completed on the loop. */
    <T> CompletableFuture<T> onLoop(CompletableFuture<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        work.whenCompleteAsync(
                (value, failure) -> {
                    if (failure == null) {
                        result.complete(value);
                    } else {
                        result.completeExceptionally(failure);
                    }
                },
                loop);
        return result;
    }

    /** Completes {@code done} on the loop once {@code condition} holds there. */
    void whenTrue(BooleanSupplier condition, CompletableFuture<Void> done) {
        if (condition.getAsBoolean()) {
            done.complete(null);
        } else {
            loop.schedule(() -> whenTrue(condition, done), POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Runs on the loop and waits for it; what it throws is thrown here. */
    void call(Runnable task) {
        ask(() -> {
            task.run();
            return true;
        });
    }

    <T> T ask(Callable<T> question) {
        Future<T> answer = loop.submit(question);
        try {
            return answer.get(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException own
                    ? own
                    : OrreryException.of(ErrorCode.INTERNAL, "the agent's thread failed", e.getCause());
        } catch (TimeoutException e) {
            throw OrreryException.of(
                    ErrorCode.DEADLINE_EXCEEDED,
                    "waited " + ANSWER_TIMEOUT.toMillis() + " ms for the agent's own thread",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OrreryException.of(ErrorCode.CANCELLED, "interrupted while waiting for the agent's own thread", e);
        }
    }

    @Override
    public void close() {
        loop.shutdownNow();
        disk.shutdownNow();
        launches.shutdownNow();
        endings.shutdownNow();
        logs.shutdownNow();
    }
}
