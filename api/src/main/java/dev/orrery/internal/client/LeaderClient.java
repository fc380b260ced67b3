package dev.orrery.internal.client;

import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcMethod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Calls whichever head leads: tries one after another, follows NOT_LEADER, and goes on until the call's deadline. Every
 * call is repeated after a lost connection, so each must be safe to repeat: mutations carry an operation id. Thread-safe.
 */
public final class LeaderClient implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final RpcClient client;
    private final List<HostPort> heads;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(new NamedThreads("leader-client"));
    private final Object lock = new Object();
    private Optional<CompletableFuture<RpcConnection>> current = Optional.empty();
    private HostPort candidate;
    private int nextHead;
    private volatile boolean closed;

    public LeaderClient(RpcClient client, List<HostPort> heads) {
        if (heads.isEmpty()) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "name at least one head");
        }
        this.client = client;
        this.heads = List.copyOf(heads);
        this.candidate = heads.get(0);
    }

    /** Fails with DEADLINE_EXCEEDED, naming what each head last said, or with the leader's own error. */
    public <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> call(
            RpcMethod<Q, R> method, Q request, Duration timeout) {
        Attempt<Q, R> attempt = new Attempt<>(method, request, System.nanoTime() + timeout.toNanos(), timeout);
        attempt.run();
        return attempt.result;
    }

    /** A connection with the head that most likely leads; the first answer tells. */
    private CompletableFuture<RpcConnection> connection() {
        synchronized (lock) {
            if (current.isPresent() && !isBroken(current.get())) {
                return current.get();
            }
            CompletableFuture<RpcConnection> dialling = client.connect(candidate, CONNECT_TIMEOUT);
            current = Optional.of(dialling);
            return dialling;
        }
    }

    private static boolean isBroken(CompletableFuture<RpcConnection> dialling) {
        return dialling.isCompletedExceptionally()
                || (dialling.isDone() && !dialling.join().isOpen());
    }

    /** Turns to the head that was named, or else to the next one; {@code tried} is where the failure came from. */
    private void turnAway(HostPort tried, Optional<HostPort> leader) {
        CompletableFuture<RpcConnection> left;
        synchronized (lock) {
            if (!candidate.equals(tried) || current.isEmpty()) {
                return;
            }
            left = current.get();
            current = Optional.empty();
            candidate = leader.filter(named -> !named.equals(tried)).orElseGet(() -> {
                nextHead = (nextHead + 1) % heads.size();
                return heads.get(nextHead);
            });
        }
        left.whenComplete((connection, failure) -> {
            if (connection != null) {
                connection.close();
            }
        });
    }

    private HostPort candidate() {
        synchronized (lock) {
            return candidate;
        }
    }

    @Override
    public void close() {
        closed = true;
        timer.shutdownNow();
        synchronized (lock) {
            current.ifPresent(dialling -> dialling.whenComplete((connection, failure) -> {
                if (connection != null) {
                    connection.close();
                }
            }));
            current = Optional.empty();
        }
    }

    /** One call with its repetitions. */
    private final class Attempt<Q extends MessageLite, R extends MessageLite> implements Runnable {
        private final RpcMethod<Q, R> method;
        private final Q request;
        private final long endNanos;
        private final Duration timeout;
        private final CompletableFuture<R> result = new CompletableFuture<>();
        private final Map<String, String> lastSaid = new TreeMap<>();
        private long pauseMillis = FIRST_PAUSE_MILLIS;

        private Attempt(RpcMethod<Q, R> method, Q request, long endNanos, Duration timeout) {
            this.method = method;
            this.request = request;
            this.endNanos = endNanos;
            this.timeout = timeout;
        }

        @Override
        public void run() {
            if (result.isDone()) {
                return;
            }
            long left = endNanos - System.nanoTime();
            if (closed) {
                result.completeExceptionally(OrreryException.of(ErrorCode.CANCELLED, "the client was closed"));
            } else if (left <= 0) {
                result.completeExceptionally(OrreryException.of(
                        ErrorCode.DEADLINE_EXCEEDED,
                        "waited " + timeout.toMillis() + " ms for a leader to answer " + method.name() + "; heads "
                                + heads + (lastSaid.isEmpty() ? "" : " last said " + lastSaid)));
            } else {
                HostPort tried = candidate();
                connection()
                        .thenCompose(connection -> connection.call(method, request, Duration.ofNanos(left)))
                        .whenComplete((response, failure) -> onOutcome(tried, response, failure));
            }
        }

        private void onOutcome(HostPort tried, R response, Throwable failure) {
            if (failure == null) {
                result.complete(response);
                return;
            }
            Throwable cause = ErrorCodec.unwrap(failure);
            if (!(cause instanceof OrreryException known) || !triesAgain(known)) {
                result.completeExceptionally(cause);
                return;
            }
            lastSaid.put(tried.toString(), known.detail());
            Optional<HostPort> leader = ErrorCodec.leaderOf(known);
            turnAway(tried, leader);
            boolean atOnce = leader.isPresent() && !leader.get().equals(tried);
            again(atOnce ? 1 : pauseMillis);
            pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
        }

        private void again(long delayMillis) {
            long left = Math.max(0, TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime()));
            try {
                timer.schedule(this, Math.min(delayMillis, left + 1), TimeUnit.MILLISECONDS);
            } catch (java.util.concurrent.RejectedExecutionException e) {
                result.completeExceptionally(OrreryException.of(ErrorCode.CANCELLED, "the client was closed", e));
            }
        }

        private static boolean triesAgain(OrreryException failure) {
            return switch (failure.code()) {
                case NOT_LEADER, CONNECTION_FAILED, CONNECTION_LOST, DEADLINE_EXCEEDED, STORE_UNAVAILABLE -> true;
                default -> false;
            };
        }
    }
}
