package dev.orrery.internal.rpc;

import com.google.protobuf.MessageLite;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.RpcFrame;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** The calls of this end that the peer has not answered. Thread-safe. */
final class PendingCalls {
    /** The caller ends a call in time by a cancel, and its error tells more; the callee only follows if that is lost. */
    private static final Duration CALLEE_SLACK = Duration.ofMillis(250);

    /** One of them. */
    record Pending<R extends MessageLite>(
            long call, RpcMethod<?, R> method, Duration timeout, long endNanos, CompletableFuture<R> future) {
        /** Without the payload. */
        RpcFrame.Request head() {
            return RpcFrame.Request.newBuilder()
                    .setCall(call)
                    .setMethod(method.name())
                    .setTimeoutMillis(timeout.plus(CALLEE_SLACK).toMillis())
                    .build();
        }
    }

    private final NanoClock clock;
    private final AtomicLong last = new AtomicLong();
    private final Map<Long, Pending<?>> pending = new ConcurrentHashMap<>();

    PendingCalls(NanoClock clock) {
        this.clock = clock;
    }

    <R extends MessageLite> Pending<R> enter(RpcMethod<?, R> method, Duration timeout) {
        Pending<R> entered = new Pending<>(
                last.incrementAndGet(),
                method,
                timeout,
                clock.nanoTime() + timeout.toNanos(),
                new CompletableFuture<>());
        pending.put(entered.call(), entered);
        return entered;
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    /** None when something else ended it. */
    Optional<Pending<?>> take(long call) {
        return Optional.ofNullable(pending.remove(call));
    }

    /** Unless it was ended before. */
    void fail(long call, OrreryException why) {
        take(call).ifPresent(waiting -> waiting.future().completeExceptionally(why));
    }

    void failAll(Function<Pending<?>, OrreryException> why) {
        pending.values().forEach(waiting -> fail(waiting.call(), why.apply(waiting)));
    }

    /** See {@link CallDeadlines.Calls}; {@code late} is told of each one before it fails with what that returns. */
    OptionalLong failOverdue(long nowNanos, Function<Pending<?>, OrreryException> late) {
        long next = Long.MAX_VALUE;
        for (Pending<?> waiting : pending.values()) {
            long left = waiting.endNanos() - nowNanos;
            if (left <= 0) {
                fail(waiting.call(), late.apply(waiting));
            } else {
                next = Math.min(next, left);
            }
        }
        return next == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(nowNanos + next);
    }
}
