package dev.orrery.internal.pool;

import dev.orrery.ActorRef;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.serial.ValueCodec;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** One call of a pool, to whichever of its actors. Thread-safe. */
final class PooledCall<A, R> {
    private final long number;
    private final long endNanos;
    private final Function<ActorRef<A>, CompletableFuture<R>> invocation;
    private final CompletableFuture<R> result = new CompletableFuture<>();
    private volatile Optional<CompletableFuture<R>> underWay = Optional.empty();

    /**
     * @param number a later call has a higher one, and a later end
     * @param endNanos when its time is over
     */
    PooledCall(long number, long endNanos, Function<ActorRef<A>, CompletableFuture<R>> invocation) {
        this.number = number;
        this.endNanos = endNanos;
        this.invocation = invocation;
    }

    long number() {
        return number;
    }

    long leftNanos(long nowNanos) {
        return endNanos - nowNanos;
    }

    /** What the caller holds. */
    CompletableFuture<R> result() {
        return result;
    }

    /** Calls that actor. Reads the arguments, which runs user code. */
    CompletableFuture<R> callTo(ActorRef<A> actor) {
        CompletableFuture<R> call;
        try {
            call = invocation.apply(actor);
        } catch (RuntimeException | Error e) {
            // For example an argument is a tensor that was closed meanwhile.
            call = CompletableFuture.failedFuture(e);
        }
        underWay = Optional.of(call);
        if (result.isDone()) {
            call.cancel(true);
        }
        return call;
    }

    /** The caller wants it no longer. */
    void giveUp() {
        underWay.ifPresent(call -> call.cancel(true));
    }

    /** Ends it as it ended at the actor. */
    void end(CompletableFuture<R> atTheActor) {
        atTheActor.whenComplete((value, failure) -> {
            if (failure != null) {
                result.completeExceptionally(ErrorCodec.unwrap(failure));
            } else if (!result.complete(value)) {
                ValueCodec.release(value);
            }
        });
    }

    void fail(Throwable why) {
        result.completeExceptionally(why);
    }
}
