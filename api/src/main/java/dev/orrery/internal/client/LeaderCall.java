package dev.orrery.internal.client;

import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcMethod;
import java.time.Duration;
import java.util.Collection;
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
    private static final String REPEATED = "repeated";

    private final LeaderClient client;
    private final RpcMethod<Q, R> method;
    private final Q request;
    private final Duration timeout;
    private final long endNanos;
    private final CompletableFuture<R> result = new CompletableFuture<>();
    private final Map<HostPort, String> lastSaid = new LinkedHashMap<>();
    private Optional<HeadSearch> searching = Optional.empty();
    private Optional<HostPort> asking = Optional.empty();
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private boolean followed;
    /** A leader may have done it, and its answer was lost. */
    private boolean maybeDone;

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
            HeadSearch link = client.link();
            searching(link);
            link.reached().whenComplete((found, failure) -> {
                searched(link);
                if (failure != null) {
                    onUnreached(link, ErrorCodec.unwrap(failure));
                } else {
                    ask(link, found.head(), found.connection());
                }
            });
        } catch (OrreryException e) {
            result.completeExceptionally(e);
        }
    }

    private void ask(HeadSearch link, HostPort head, RpcConnection connection) {
        Duration left = Duration.ofNanos(endNanos - System.nanoTime());
        if (result.isDone() || left.isNegative()) {
            return;
        }
        asking(head);
        CompletableFuture<R> answer = connection.call(method, request, left);
        result.whenComplete((ended, failure) -> answer.cancel(false));
        answer.whenComplete((response, failure) -> {
            if (failure == null) {
                client.leads(link, head);
                result.complete(response);
            } else {
                onFailure(link, head, ErrorCodec.unwrap(failure));
            }
        });
    }

    private void onUnreached(HeadSearch link, Throwable failure) {
        if (result.isDone()) {
            return;
        }
        if (failure instanceof OrreryException known && !HeadSearch.isWorthAnother(known)) {
            refused(known);
            return;
        }
        client.leaveUnreached(link);
        pause();
    }

    private void onFailure(HeadSearch link, HostPort head, Throwable failure) {
        if (result.isDone()) {
            return;
        }
        if (!(failure instanceof OrreryException known)) {
            result.completeExceptionally(failure);
            return;
        }
        said(head, known);
        switch (known.code()) {
            case NOT_LEADER -> {
                maybeDone |= ErrorCodec.isInDoubt(known);
                followFrom(link, head, ErrorCodec.leaderOf(known));
            }
            case CONNECTION_FAILED, CONNECTION_LOST -> {
                maybeDone = true;
                client.leave(link, head, Optional.empty());
                pause();
            }
            // The leader is right, and waits for its store or for its successor.
            case STORE_UNAVAILABLE -> {
                maybeDone = true;
                pause();
            }
            case DEADLINE_EXCEEDED -> {
                if (System.nanoTime() - endNanos >= 0) {
                    expire();
                } else {
                    result.completeExceptionally(known);
                }
            }
            default -> refused(known);
        }
    }

    private void refused(OrreryException failure) {
        result.completeExceptionally(maybeDone ? repeated(failure) : failure);
    }

    private static OrreryException repeated(OrreryException failure) {
        Map<String, String> ids = new LinkedHashMap<>(failure.ids());
        ids.put(REPEATED, "true");
        return OrreryException.of(failure.code(), failure.detail(), ids, failure.failure());
    }

    /** Whether the call was sent before, and what the leader says now may be because it has done it then. */
    static boolean wasRepeated(OrreryException failure) {
        return failure.ids().containsKey(REPEATED);
    }

    /** At once, unless the head that is named now was named by one that was followed: they may name each other. */
    private void followFrom(HeadSearch link, HostPort head, Optional<HostPort> leader) {
        client.leave(link, head, leader);
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

    private synchronized void searching(HeadSearch search) {
        searching = Optional.of(search);
    }

    private synchronized void searched(HeadSearch search) {
        searching = Optional.empty();
        note(search);
    }

    private void note(HeadSearch search) {
        search.failures().forEach((head, failure) -> lastSaid.put(head, told(failure)));
    }

    private static String told(Throwable failure) {
        return failure instanceof OrreryException known ? known.detail() : failure.toString();
    }

    private synchronized void asking(HostPort head) {
        asking = Optional.of(head);
    }

    private synchronized void said(HostPort head, OrreryException failure) {
        asking = Optional.empty();
        if (failure.code() == ErrorCode.DEADLINE_EXCEEDED) {
            // What it said before tells more than that there was no time left for another answer.
            lastSaid.putIfAbsent(head, failure.detail());
        } else {
            lastSaid.put(head, failure.detail());
        }
    }

    private void expire() {
        result.completeExceptionally(OrreryException.of(ErrorCode.DEADLINE_EXCEEDED, describe()));
    }

    private synchronized String describe() {
        searching.ifPresent(this::note);
        String said = lastSaid.entrySet().stream()
                .map(head -> head.getKey() + ": " + head.getValue())
                .collect(Collectors.joining("; "));
        return "waited " + timeout.toMillis() + " ms for a leader to answer " + method.name() + "; heads "
                + client.heads() + (said.isEmpty() ? "" : ", tried " + said)
                + waitingFor().stream().map(head -> ", now waiting for " + head).collect(Collectors.joining());
    }

    private Collection<HostPort> waitingFor() {
        return searching.<Collection<HostPort>>map(HeadSearch::asking).orElseGet(() -> asking.stream()
                .toList());
    }
}
