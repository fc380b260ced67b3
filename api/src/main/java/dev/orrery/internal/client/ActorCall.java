package dev.orrery.internal.client;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** One call of an actor. */
final class ActorCall {
    private final String actor;
    private final String method;
    private final ActorCallRequest request;
    private final Duration timeout;
    private final long endNanos;
    private final CompletableFuture<ActorCallResponse> result = new CompletableFuture<>();

    ActorCall(String actor, String method, ActorCallRequest request, Duration timeout) {
        this.actor = actor;
        this.method = method;
        this.request = request;
        this.timeout = timeout;
        this.endNanos = System.nanoTime() + timeout.toNanos();
    }

    ActorCallRequest request() {
        return request;
    }

    CompletableFuture<ActorCallResponse> result() {
        return result;
    }

    /** Of its time. */
    Duration left() {
        return Duration.ofNanos(Math.max(1, endNanos - System.nanoTime()));
    }

    /** Watches the deadline itself while no connection does. */
    void expireAfter(LeaderClient timer) {
        try {
            var deadline = timer.schedule(this::expire, timeout.toNanos());
            result.whenComplete((response, failure) -> deadline.cancel(false));
        } catch (OrreryException e) {
            result.completeExceptionally(e);
        }
    }

    void expire() {
        result.completeExceptionally(OrreryException.of(
                ErrorCode.DEADLINE_EXCEEDED,
                "waited " + timeout.toMillis() + " ms for actor " + actor + " to answer " + method,
                Map.of("actor", request.getLife().getActor())));
    }

    /** With an exception of its own, as several calls may fail for one reason. */
    void fail(OrreryException why) {
        result.completeExceptionally(OrreryException.of(why.code(), why.detail(), why.ids(), why.failure()));
    }
}
