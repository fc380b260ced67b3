package dev.orrery.internal.pool;

import dev.orrery.ActorRef;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.time.UserDurations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * A pool's actors called with each of many arguments. The thread that waits hands over no more calls at a time than keep the
 * actors busy, so that many arguments take nobody else's room in the pool.
 */
public final class PoolMap<A, X, R> {
    private final CallPool<A> pool;
    private final BiFunction<ActorRef<A>, X, CompletableFuture<R>> method;
    private final List<? extends X> arguments;
    private final Duration timeout;
    private final long endNanos;
    private final int most;
    /** For further calls. */
    private final Semaphore room;

    private final List<CompletableFuture<R>> calls = new ArrayList<>();
    private final CompletableFuture<OrreryException> firstFailure = new CompletableFuture<>();

    private PoolMap(
            CallPool<A> pool,
            BiFunction<ActorRef<A>, X, CompletableFuture<R>> method,
            List<? extends X> arguments,
            Duration timeout) {
        this.pool = pool;
        this.method = method;
        // With nulls; and the caller's may change, or be slow to find one by its place.
        this.arguments = Collections.unmodifiableList(new ArrayList<>(arguments));
        this.timeout = timeout;
        this.endNanos = pool.clock().nanoTime() + timeout.toNanos();
        this.most = pool.busyWith();
        this.room = new Semaphore(most);
    }

    /** The results in the order of the arguments. Throws what the first call that failed failed with, or DEADLINE_EXCEEDED. */
    public static <A, X, R> List<R> results(
            CallPool<A> pool,
            BiFunction<ActorRef<A>, X, CompletableFuture<R>> method,
            List<? extends X> arguments,
            Duration timeout) {
        return new PoolMap<>(pool, method, arguments, UserDurations.checked("timeout", timeout)).results();
    }

    private List<R> results() {
        try {
            for (int i = 0; i < arguments.size(); i++) {
                await(1);
                start(i);
            }
            await(most);
        } catch (InterruptedException e) {
            giveUp();
            Thread.currentThread().interrupt();
            throw OrreryException.of(ErrorCode.CANCELLED, "interrupted while waiting for " + undone(), e);
        } catch (OrreryException e) {
            giveUp();
            throw e;
        }
        List<R> results = new ArrayList<>(calls.size());
        calls.forEach(call -> results.add(call.join()));
        return results;
    }

    private void start(int place) {
        X argument = arguments.get(place);
        CompletableFuture<R> call = pool.callUnrefused(actor -> method.apply(actor, argument));
        calls.add(call);
        call.whenComplete((result, failure) -> {
            if (failure != null) {
                firstFailure.complete(failed(place, ErrorCodec.unwrap(failure)));
            }
            // After a failure nothing is waited for.
            room.release(failure == null ? 1 : most);
        });
    }

    private OrreryException failed(int place, Throwable failure) {
        String which = "argument %d of %d: ".formatted(place + 1, arguments.size());
        return failure instanceof OrreryException known
                ? OrreryException.of(known.code(), which + known.detail(), known.ids(), known.failure())
                : OrreryException.of(ErrorCode.INVALID_ARGUMENT, which + failure, failure);
    }

    /** Until so many calls more may be under way. */
    private void await(int more) throws InterruptedException {
        boolean inTime = room.tryAcquire(more, endNanos - pool.clock().nanoTime(), TimeUnit.NANOSECONDS);
        if (firstFailure.isDone()) {
            OrreryException here = ErrorCodec.anew(firstFailure.join());
            here.addSuppressed(firstFailure.join());
            throw here;
        }
        if (!inTime) {
            throw OrreryException.of(
                    ErrorCode.DEADLINE_EXCEEDED, "waited " + timeout.toMillis() + " ms for " + undone());
        }
    }

    private String undone() {
        List<Integer> undone = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            if (i >= calls.size() || !calls.get(i).isDone()) {
                undone.add(i + 1);
            }
        }
        return "%d of %d calls of a pool%s"
                .formatted(
                        undone.size(),
                        arguments.size(),
                        undone.isEmpty() ? "" : ", the first of them with argument " + undone.get(0));
    }

    /** Nobody takes any result. The last ones first, or each that waits would be begun when one before it leaves its actor. */
    private void giveUp() {
        for (int i = calls.size() - 1; i >= 0; i--) {
            CompletableFuture<R> call = calls.get(i);
            if (!call.cancel(true) && !call.isCompletedExceptionally()) {
                ValueCodec.release(call.join());
            }
        }
    }
}
