package dev.orrery.agent.process;

import dev.orrery.internal.lifecycle.NamedThreads;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks into processes, but waits for none: the kernel keeps everybody from the memory of one that hangs, or that is about to
 * change it and gets no CPU, for as long as that lasts. One that could not be looked into is not tried again before the
 * kernel has answered. Thread-safe.
 */
final class BoundedReads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BoundedReads.class);

    /** Each keeps a thread. */
    private static final int MOST_STUCK = 16;

    private final Duration patience;
    private final ExecutorService threads = Executors.newCachedThreadPool(new NamedThreads("agent-look"));
    private final Map<ProcessId, Future<?>> stuck = new ConcurrentHashMap<>();

    BoundedReads(Duration patience) {
        this.patience = patience;
    }

    /** What {@code read} says of the process; empty when it does not say so in time. */
    <T> Optional<T> ask(ProcessId process, Callable<T> read) {
        stuck.values().removeIf(Future::isDone);
        if (stuck.containsKey(process) || stuck.size() >= MOST_STUCK) {
            return Optional.empty();
        }
        Future<T> answer = threads.submit(read);
        try {
            return Optional.of(answer.get(patience.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            stuck.put(process, answer);
            LOG.warn("process {} could not be looked into within {} ms; going on", process.pid(), patience.toMillis());
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("looking into process " + process.pid() + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
