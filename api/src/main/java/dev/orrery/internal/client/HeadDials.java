package dev.orrery.internal.client;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Dials heads, each at most once at a time. A head that is slow, or does not answer at all because it is stopped, holds
 * nobody up: {@link #PATIENCE} later the next one is dialled too, and whoever answers first is taken. Who answers too
 * late is kept for a moment, since it may be the one that the first names as the leader; then it is closed. Thread-safe.
 */
public final class HeadDials implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** How long one head is waited for before the next is dialled too. */
    static final Duration PATIENCE = Duration.ofMillis(200);

    /** How long a connection is kept that nobody has taken. */
    static final Duration KEPT = Duration.ofSeconds(2);

    /** Dials one head. Cancelling the future ends the attempt. */
    @FunctionalInterface
    public interface Dialler {
        CompletableFuture<RpcConnection> dial(HostPort head, Duration timeout);
    }

    /**
     * An attempt. Compared by identity, as a head may be dialled again and again.
     *
     * @param late completes when the attempt was waited for long enough
     */
    record Dial(HostPort head, CompletableFuture<RpcConnection> connection, CompletableFuture<Void> late) {
        /** Whether it is a reason not to dial another head yet. */
        boolean isPromising() {
            return !late.isDone() && !connection.isDone();
        }

        private boolean isUsable() {
            return Dials.isUsable(connection);
        }

        private void end() {
            connection.cancel(false);
            connection.whenComplete((made, failure) -> {
                if (made != null) {
                    made.close();
                }
            });
        }
    }

    private final Dialler dialler;
    private final ScheduledExecutorService timer;
    private final Map<HostPort, Dial> dials = new HashMap<>();
    private boolean closed;

    /** @param timer outlives this */
    public HeadDials(Dialler dialler, ScheduledExecutorService timer) {
        this.dialler = dialler;
        this.timer = timer;
    }

    /** Begins to look for a head that answers. */
    public HeadSearch search(List<HostPort> order) {
        HeadSearch search = new HeadSearch(this, order);
        search.advance();
        return search;
    }

    /** The attempt under way, the connection that nobody has taken yet, or a new attempt. */
    Dial dial(HostPort head) {
        Dial dial;
        synchronized (dials) {
            Dial known = dials.get(head);
            if (known != null && known.isUsable()) {
                return known;
            }
            dial = closed
                    ? dialOf(head, CompletableFuture.failedFuture(closedHere()))
                    : dialOf(head, dialler.dial(head, CONNECT_TIMEOUT));
            dials.put(head, dial);
        }
        after(PATIENCE, () -> dial.late().complete(null));
        dial.connection().whenComplete((made, failure) -> {
            if (failure != null) {
                take(dial);
            } else {
                after(KEPT, () -> {
                    if (take(dial)) {
                        made.close();
                    }
                });
            }
        });
        return dial;
    }

    private static Dial dialOf(HostPort head, CompletableFuture<RpcConnection> connection) {
        return new Dial(head, connection, new CompletableFuture<>());
    }

    /** Whoever takes a connection closes it; false if somebody else has. */
    boolean take(Dial dial) {
        synchronized (dials) {
            return dials.remove(dial.head(), dial);
        }
    }

    private void after(Duration time, Runnable step) {
        try {
            timer.schedule(step, time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The owner is closing, and with this all that was dialled.
            step.run();
        }
    }

    private static OrreryException closedHere() {
        return OrreryException.of(ErrorCode.CANCELLED, "the client was closed");
    }

    /** Ends all attempts and what nobody has taken. To be called before the timer ends. Idempotent. */
    @Override
    public void close() {
        List<Dial> open;
        synchronized (dials) {
            closed = true;
            open = List.copyOf(dials.values());
            dials.clear();
        }
        open.forEach(Dial::end);
    }
}
