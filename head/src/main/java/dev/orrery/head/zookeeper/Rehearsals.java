package dev.orrery.head.zookeeper;

import dev.orrery.error.OrreryException;
import dev.orrery.head.store.LeadershipListener;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** While another head leads, this one reads now and then what it would take over. It writes nothing. */
final class Rehearsals implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsals.class);
    private static final Duration FIRST_AFTER = Duration.ofSeconds(1);
    private static final Duration LEAST_PAUSE = Duration.ofSeconds(30);
    /** However large the cluster is, a standby is idle for most of the time. */
    private static final int PAUSE_FACTOR = 20;

    private final ReadAhead readAhead;
    private final NanoClock clock;
    private final BooleanSupplier follows;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new NamedThreads("head-rehearsal"));

    /** @param follows whether another head leads, as far as this one knows; asked on this one's thread */
    Rehearsals(BlockingCalls calls, StorePaths paths, NanoClock clock, Duration timeout, BooleanSupplier follows) {
        this.readAhead = new ReadAhead(calls, paths, clock, timeout, follows);
        this.clock = clock;
        this.follows = follows;
    }

    /** What it reads from. */
    ReadAhead readAhead() {
        return readAhead;
    }

    /** What was read last; from now on whoever takes it has it alone. */
    Optional<ReadAhead.Kept> takeRead() {
        return readAhead.take();
    }

    void start(LeadershipListener listener) {
        next(listener, FIRST_AFTER);
    }

    private void next(LeadershipListener listener, Duration pause) {
        try {
            var unused =
                    thread.schedule(() -> next(listener, rehearse(listener)), pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("closed, so there is no next rehearsal");
        }
    }

    /** Returns the pause until the next one. */
    private Duration rehearse(LeadershipListener listener) {
        if (!follows.getAsBoolean()) {
            return LEAST_PAUSE;
        }
        long began = clock.nanoTime();
        try {
            listener.rehearse(readAhead.read());
        } catch (OrreryException e) {
            LOG.debug("the take-over was not rehearsed: {}", e.getMessage());
        } catch (RuntimeException e) {
            // It would end the rehearsals, and the leader that it happens to.
            LOG.error("a take-over would fail", e);
        }
        Duration took = Duration.ofNanos(clock.nanoTime() - began);
        LOG.debug("rehearsed the take-over for {} ms", took.toMillis());
        Duration pause = took.multipliedBy(PAUSE_FACTOR);
        return pause.compareTo(LEAST_PAUSE) > 0 ? pause : LEAST_PAUSE;
    }

    /** Does not wait for one that goes on. */
    @Override
    public void close() {
        thread.shutdownNow();
        readAhead.close();
    }
}
