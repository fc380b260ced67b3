package dev.orrery.worker.actor;

import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right of this life of an exclusive actor to run calls and tell their outcomes. It counts from the moment when it was
 * asked for, on this process's own clock, so that whatever is stopped or cut off in between only makes it shorter.
 * Thread-safe.
 */
final class Lease implements Tenure {
    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    /** Of a lease: so often it is renewed, and so long the last one lasts while no leader is there. */
    private static final int RENEWALS = 5;

    private static final Duration RETRY_AFTER = Duration.ofMillis(200);

    private final String label;
    private final Supplier<CompletableFuture<Duration>> ask;
    private final NanoClock clock;
    private final ScheduledExecutorService timers;
    private boolean granted;
    private long endNanos;
    private boolean toldPaused;
    private volatile boolean closed;

    /**
     * @param label the actor for people
     * @param ask for a lease; the future fails, within a second or so, when none is given
     */
    Lease(String label, Supplier<CompletableFuture<Duration>> ask, NanoClock clock, ScheduledExecutorService timers) {
        this.label = label;
        this.ask = ask;
        this.clock = clock;
        this.timers = timers;
    }

    @Override
    public void start() {
        renew();
    }

    private void renew() {
        if (closed) {
            return;
        }
        long asked = clock.nanoTime();
        ask.get().whenComplete((duration, failure) -> {
            if (failure == null) {
                extend(asked, duration);
                later(duration.dividedBy(RENEWALS));
            } else {
                tellPause(ErrorCodec.unwrap(failure));
                later(RETRY_AFTER);
            }
        });
    }

    private void later(Duration delay) {
        try {
            var unused = timers.schedule(this::renew, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the process ends; its lease is not renewed any more", e);
        }
    }

    private synchronized void extend(long askedNanos, Duration duration) {
        long end = askedNanos + duration.toNanos();
        if (!granted || end - endNanos > 0) {
            granted = true;
            endNanos = end;
        }
        if (toldPaused && holds()) {
            toldPaused = false;
            LOG.info("actor {} holds its lease again", label);
        }
        notifyAll();
    }

    private synchronized void tellPause(Throwable why) {
        if (granted && !holds() && !toldPaused) {
            toldPaused = true;
            LOG.warn("actor {} is paused: its lease is over and could not be renewed: {}", label, why.getMessage());
        }
    }

    @Override
    public synchronized boolean holds() {
        return granted && endNanos - clock.nanoTime() > 0;
    }

    @Override
    public synchronized void await() throws InterruptedException {
        while (!holds()) {
            wait();
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
