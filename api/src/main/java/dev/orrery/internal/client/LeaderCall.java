package dev.orrery.internal.client;

import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.LeaderClient.Link;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcMethod;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** One call with its repetitions. A single step is under way at any time; only {@link #expire} comes between. */
final class LeaderCall<Q extends MessageLite, R extends MessageLite> {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final LeaderClient client;
    private final RpcMethod<Q, R> method;
    private final Q request;
    private final Duration timeout;
    private final long endNanos;
    private final CompletableFuture<R> result = new CompletableFuture<>();
    private final Map<HostPort, String> lastSaid = new LinkedHashMap<>();
    private Optional<HostPort> asking = Optional.empty();
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private boolean followed;

    LeaderCall(LeaderClient client, RpcMethod<Q, R> method, Q request, Duration timeout) {
        this.client = client;
        this.method = method;
        this.request = request;
        this.timeout = timeout;
        this.endNanos = System.nanoTime() + timeout.toNanos();
    }

    CompletableFuture<R> result() {
        return result;
    }

    void start() {
        try {
            var deadline = client.schedule(this::expire, timeout.toNanos());
            result.whenComplete((response, failure) -> deadline.cancel(false));
            step();
        } catch (OrreryException e) {
            result.completeExceptionally(e);
        }
    }

    private void step() {
        if (result.isDone()) {
            return;
        }
        try {
            Link link = client.link();
            asking(link.head());
            link.connection().whenComplete((connection, failure) -> {
                if (failure != null) {
                    onFailure(link, ErrorCodec.unwrap(failure), true);
                } else {
                    ask(link, connection);
                }
            });
        } catch (OrreryException e) {
            result.completeExceptionally(e);
        }
    }

    private void ask(Link link, RpcConnection connection) {
        Duration left = Duration.ofNanos(endNanos - System.nanoTime());
        if (result.isDone() || left.isNegative()) {
            return;
        }
        CompletableFuture<R> answer = connection.call(method, request, left);
        result.whenComplete((ended, failure) -> answer.cancel(false));
        answer.whenComplete((response, failure) -> {
            if (failure == null) {
                result.complete(response);
            } else {
                onFailure(link, ErrorCodec.unwrap(failure), false);
            }
        });
    }

    private void onFailure(Link link, Throwable failure, boolean connecting) {
        if (result.isDone()) {
            return;
        }
        if (!(failure instanceof OrreryException known)) {
            result.completeExceptionally(failure);
            return;
        }
        said(link.head(), known);
        switch (known.code()) {
            case NOT_LEADER -> followFrom(link, ErrorCodec.leaderOf(known));
            case CONNECTION_FAILED, CONNECTION_LOST -> {
                client.leave(link, Optional.empty());
                pause();
            }
            // The leader is right, and waits for its store or for its successor.
            case STORE_UNAVAILABLE -> pause();
            case DEADLINE_EXCEEDED -> {
                if (connecting) {
                    client.leave(link, Optional.empty());
                    pause();
                } else if (System.nanoTime() - endNanos >= 0) {
                    expire();
                } else {
                    result.completeExceptionally(known);
                }
            }
            default -> result.completeExceptionally(known);
        }
    }

    /** At once, unless the head that is named now was named by one that was followed: they may name each other. */
    private void followFrom(Link link, Optional<HostPort> leader) {
        client.leave(link, leader);
        if (leader.isPresent() && !followed) {
            followed = true;
            step();
        } else {
            pause();
        }
    }

    private void pause() {
        followed = false;
        try {
            client.schedule(this::step, pauseNanos);
        } catch (OrreryException e) {
            result.completeExceptionally(e);
        }
        pauseNanos = Math.min(LONGEST_PAUSE_NANOS, pauseNanos * 2);
    }

    private synchronized void asking(HostPort head) {
        asking = Optional.of(head);
    }

    private synchronized void said(HostPort head, OrreryException failure) {
        asking = Optional.empty();
        lastSaid.put(head, failure.detail());
    }

    private void expire() {
        result.completeExceptionally(OrreryException.of(ErrorCode.DEADLINE_EXCEEDED, describe()));
    }

    private synchronized String describe() {
        String said = lastSaid.entrySet().stream()
                .map(head -> head.getKey() + ": " + head.getValue())
                .collect(Collectors.joining("; "));
        return "waited " + timeout.toMillis() + " ms for a leader to answer " + method.name() + "; heads "
                + client.heads() + (said.isEmpty() ? "" : ", tried " + said)
                + asking.map(head -> ", now waiting for " + head).orElse("");
    }
}
