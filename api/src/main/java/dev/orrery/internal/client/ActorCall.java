package dev.orrery.internal.client;

import dev.orrery.error.ActorDeadException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.rpc.ErrorCodec;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** One call of an actor, to whichever of its lives. Guarded by its link, but for its result. */
final class ActorCall {
    /**
     * What is called.
     *
     * @param actor its id
     * @param method for people
     */
    record Target(String actor, String label, String method) {
        @Override
        public String toString() {
            return "actor " + label + " (" + actor + ")";
        }
    }

    private final Target target;
    private final long number;
    private final ActorCallRequest request;
    private final Duration timeout;
    private final long endNanos;
    private final CompletableFuture<ActorCallResponse> result = new CompletableFuture<>();
    private int retriesLeft;
    /** An earlier life may have run it. */
    private boolean repeated;

    private boolean watched;

    /**
     * @param number a later call has a higher one
     * @param request without the life
     */
    ActorCall(Target target, long number, ActorCallRequest request, Duration timeout, int retries) {
        this.target = target;
        this.number = number;
        this.request = request;
        this.timeout = timeout;
        this.endNanos = System.nanoTime() + timeout.toNanos();
        this.retriesLeft = retries;
    }

    long number() {
        return number;
    }

    ActorCallRequest requestTo(ActorLife life) {
        return request.toBuilder().setLife(life).build();
    }

    int bytes() {
        return request.getSerializedSize();
    }

    CompletableFuture<ActorCallResponse> result() {
        return result;
    }

    /** Whether it may be run once more although nobody knows whether it has run. */
    boolean mayRepeat() {
        return retriesLeft > 0;
    }

    void repeat() {
        retriesLeft--;
        repeated = true;
    }

    /** Of its time. */
    Duration left() {
        return Duration.ofNanos(Math.max(1, endNanos - System.nanoTime()));
    }

    /** Watches the deadline itself while no connection does. */
    void expireAfter(LeaderClient timer, Supplier<String> state) {
        if (watched) {
            return;
        }
        watched = true;
        try {
            var deadline = timer.schedule(() -> expire(state.get()), left().toNanos());
            result.whenComplete((response, failure) -> deadline.cancel(false));
        } catch (OrreryException e) {
            result.completeExceptionally(e);
        }
    }

    /** @param state what is known of the actor meanwhile; may be empty */
    void expire(String state) {
        result.completeExceptionally(OrreryException.of(
                ErrorCode.DEADLINE_EXCEEDED,
                "waited " + timeout.toMillis() + " ms for " + target + " to answer " + target.method()
                        + (state.isEmpty() ? "" : "; " + state),
                Map.of("actor", target.actor())));
    }

    /** With an exception of its own, as several calls may fail for one reason. A death is one that met it before it was begun. */
    void fail(OrreryException why) {
        if (why.code() != ErrorCode.ACTOR_DEAD) {
            result.completeExceptionally(ErrorCodec.anew(why));
        } else if (repeated) {
            failUnknown(why);
        } else {
            result.completeExceptionally(ActorDeadException.notBegun(why));
        }
    }

    /** It was under way when its life, or the way there, ended. */
    void failUnknown(OrreryException why) {
        result.completeExceptionally(OrreryException.of(
                why.code(),
                why.detail() + "; whether " + target.method() + " has run is not known",
                why.ids(),
                why.failure()));
    }

    /** It was under way when a life ended that another one follows. */
    void failRestarted(ActorLife ended, Optional<Failure> cause) {
        failUnknown(OrreryException.of(
                ErrorCode.ACTOR_RESTARTED,
                "life " + ended.getIncarnation() + " of " + target + " ended, and it restarts",
                Map.of("actor", target.actor()),
                cause));
    }
}
