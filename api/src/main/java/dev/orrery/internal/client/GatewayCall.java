package dev.orrery.internal.client;

import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcMethod;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.Predicate;

/** One call with its repetitions. A single step is under way at any time; only {@link #expire} comes between. */
final class GatewayCall<Q extends MessageLite, R extends MessageLite> {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** The connection's own deadline comes later than {@link #expire}, whose error tells more. */
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private static final int MOST_REMEMBERED = 5;

    private final GatewayClient client;
    private final RpcMethod<Q, R> method;
    private final LongFunction<Q> request;
    private final Patience patience;
    private final Duration slack;
    private final long endNanos;
    private final CompletableFuture<R> result = new CompletableFuture<>();
    private final Set<String> said = new LinkedHashSet<>();
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private volatile CompletableFuture<R> sent = CompletableFuture.completedFuture(null);
    private volatile String waitingFor = "the leader to say where it is";
    /** A gateway was asked, and did not say that it refused. */
    private volatile boolean maybeAccepted;

    private volatile boolean searchedLongEnough;

    /**
     * @param request what to send at a time ({@link System#nanoTime})
     * @param slack for the gateway's own word about the deadline, when it is at work on this call then
     */
    GatewayCall(
            GatewayClient client, RpcMethod<Q, R> method, LongFunction<Q> request, Patience patience, Duration slack) {
        this.client = client;
        this.method = method;
        this.request = request;
        this.patience = patience;
        this.slack = slack;
        this.endNanos = System.nanoTime() + patience.whole().plus(slack).toNanos();
    }

    CompletableFuture<R> result() {
        return result;
    }

    void start() {
        try {
            var deadline = client.schedule(this::onDeadline, patience.whole().toNanos());
            result.whenComplete((response, failure) -> {
                deadline.cancel(false);
                sent.cancel(false);
            });
            boundSearch();
            step();
        } catch (OrreryException e) {
            result.completeExceptionally(e);
        }
    }

    private void boundSearch() {
        if (patience.forGateway().compareTo(patience.whole()) < 0) {
            var bound = client.schedule(
                    this::onSearchDeadline, patience.forGateway().toNanos());
            result.whenComplete((response, failure) -> bound.cancel(false));
        }
    }

    private void onSearchDeadline() {
        searchedLongEnough = true;
        if (!maybeAccepted) {
            giveUpSearch();
        }
    }

    private void step() {
        if (result.isDone()) {
            return;
        }
        orFail(() -> client.connection()
                .whenComplete((connection, failure) -> orFail(() -> {
                    if (failure != null) {
                        onFailure(ErrorCodec.unwrap(failure), GatewayCall::triesAgainToConnect);
                    } else {
                        send(connection);
                    }
                })));
    }

    /** A timer and a future would keep a defect to themselves, and the caller would wait for nothing. */
    private void orFail(Runnable part) {
        try {
            part.run();
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
    }

    private void send(RpcConnection connection) {
        long now = System.nanoTime();
        if (result.isDone() || endNanos - now <= 0) {
            return;
        }
        waitingFor = connection.peer().toString();
        boolean before = maybeAccepted;
        maybeAccepted = true;
        CompletableFuture<R> call = connection.call(
                method, request.apply(now), Duration.ofNanos(endNanos - now).plus(MARGIN));
        sent = call;
        call.whenComplete((response, failure) -> {
            if (failure == null) {
                result.complete(response);
            } else {
                maybeAccepted = before || !isRefusal(ErrorCodec.unwrap(failure));
                onFailure(ErrorCodec.unwrap(failure), known -> triesAgain(known, before));
            }
        });
        // Ended in between, when this call could not be seen yet.
        if (result.isDone()) {
            call.cancel(false);
        }
    }

    private void onFailure(Throwable failure, Predicate<OrreryException> triesAgain) {
        if (result.isDone()) {
            return;
        }
        if (!(failure instanceof OrreryException known) || !triesAgain.test(known)) {
            result.completeExceptionally(failure);
            return;
        }
        remember(known.detail());
        if (searchedLongEnough && !maybeAccepted) {
            giveUpSearch();
            return;
        }
        try {
            client.schedule(this::step, pauseNanos);
        } catch (OrreryException e) {
            result.completeExceptionally(e);
        }
        pauseNanos = Math.min(LONGEST_PAUSE_NANOS, pauseNanos * 2);
    }

    private static boolean isRefusal(Throwable failure) {
        return failure instanceof OrreryException known
                && (known.code() == ErrorCode.UNAVAILABLE || known.code() == ErrorCode.OVERLOADED);
    }

    /** Each trouble once, the latest at the end. */
    private synchronized void remember(String detail) {
        said.remove(detail);
        said.add(detail);
        if (said.size() > MOST_REMEMBERED) {
            said.remove(said.iterator().next());
        }
    }

    private synchronized String remembered() {
        return said.isEmpty() ? "" : "; before: " + String.join("; ", said);
    }

    /** Whatever else there is with the leader; and its deadline is that of a step, not of this call. */
    private static boolean triesAgainToConnect(OrreryException failure) {
        return failure.code() == ErrorCode.DEADLINE_EXCEEDED || triesAgain(failure, false);
    }

    /**
     * Not after OVERLOADED, as whether to wait then is the user's choice; unless a gateway that has died had accepted it:
     * all that one had comes to the next at once, before its replicas have found it.
     */
    private static boolean triesAgain(OrreryException failure, boolean acceptedBefore) {
        return switch (failure.code()) {
            case CONNECTION_FAILED, CONNECTION_LOST, UNAVAILABLE, NOT_LEADER, STORE_UNAVAILABLE -> true;
            case OVERLOADED -> acceptedBefore;
            default -> false;
        };
    }

    private void onDeadline() {
        if (sent.isDone()) {
            expire();
            return;
        }
        try {
            client.schedule(this::expire, slack.toNanos());
        } catch (OrreryException e) {
            result.completeExceptionally(e);
        }
    }

    private void expire() {
        fail("waited " + patience.whole().toMillis() + " ms for the gateway of pipeline " + client.pipeline()
                + " to answer " + method.name());
    }

    private void giveUpSearch() {
        fail("found no gateway of pipeline " + client.pipeline() + " to take " + method.name() + " within "
                + patience.forGateway().toMillis() + " ms (gatewayTimeout)");
    }

    private void fail(String what) {
        result.completeExceptionally(OrreryException.of(
                ErrorCode.DEADLINE_EXCEEDED, what + ", last waited for " + waitingFor + remembered()));
    }
}
