package dev.orrery.internal.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.RpcFrame;
import dev.orrery.internal.rpc.RpcHandlers.BoundMethod;
import dev.orrery.internal.rpc.RpcHandlers.BoundNotice;
import dev.orrery.internal.time.NanoClock;
import io.netty.util.concurrent.EventExecutor;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The peer's calls that are being answered here. */
final class ServedCalls {
    private static final Logger LOG = LoggerFactory.getLogger(ServedCalls.class);

    /** Beyond any deadline that is given in earnest, and within what can be computed with. */
    private static final long LONGEST_MILLIS = TimeUnit.DAYS.toMillis(3_650);

    private final RpcChannel connection;
    private final RpcHandlers handlers;
    private final Map<Long, Served> open = new ConcurrentHashMap<>();
    private final CallDeadlines deadlines;
    private final NanoClock clock;

    private record Served(RpcFrame.Request request, CompletableFuture<?> response, long endNanos) {}

    ServedCalls(RpcChannel connection, RpcHandlers handlers, EventExecutor executor, NanoClock clock) {
        this.connection = connection;
        this.handlers = handlers;
        this.clock = clock;
        this.deadlines = new CallDeadlines(executor, clock, this::expireOverdue);
    }

    void onRequest(RpcFrame.Request request) {
        Optional<BoundMethod<?, ?>> bound = handlers.method(request.getMethod());
        if (bound.isEmpty()) {
            connection.respondError(
                    request.getCall(),
                    OrreryException.of(
                            ErrorCode.UNKNOWN_METHOD, "method " + request.getMethod() + " is not served here"));
            return;
        }
        serve(bound.get(), request);
    }

    private <Q extends MessageLite, R extends MessageLite> void serve(
            BoundMethod<Q, R> bound, RpcFrame.Request request) {
        long call = request.getCall();
        CompletableFuture<R> response = invoke(bound, request);
        if (response.isDone()) {
            // With those of other requests that came together with this one.
            response.whenComplete((done, failure) -> answer(request, done, failure, false));
            return;
        }
        long endNanos =
                clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.min(request.getTimeoutMillis(), LONGEST_MILLIS));
        open.put(call, new Served(request, response, endNanos));
        deadlines.watch(endNanos);
        response.whenComplete((done, failure) -> {
            // Gone already: it was cancelled, and nobody waits for the outcome.
            if (open.remove(call) != null) {
                answer(request, done, failure, open.isEmpty());
            }
        });
    }

    private void answer(RpcFrame.Request request, MessageLite response, Throwable failure, boolean alone) {
        if (response != null) {
            connection.respond(request.getCall(), response, alone);
            return;
        }
        Throwable why = failure == null ? new NullPointerException("the handler answered null") : failure;
        if (!RpcChannel.isExpected(why)) {
            LOG.error("{} of {} failed", request.getMethod(), connection.peer(), ErrorCodec.unwrap(why));
        }
        connection.respondError(request.getCall(), why);
    }

    // Whatever a handler throws fails its call, not the connection; answer() logs it.
    private <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> invoke(
            BoundMethod<Q, R> bound, RpcFrame.Request request) {
        try {
            CompletableFuture<R> response = bound.handler()
                    .handle(connection, Frames.readPayload(bound.method().requestParser(), request.getPayload()));
            return response != null ? response : CompletableFuture.completedFuture(null);
        } catch (InvalidProtocolBufferException e) {
            return CompletableFuture.failedFuture(OrreryException.of(
                    ErrorCode.PROTOCOL, "the request of " + request.getMethod() + " is something else", e));
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    void onNotice(RpcFrame.Notice notice) {
        Optional<BoundNotice<?>> bound = handlers.notice(notice.getMethod());
        if (bound.isEmpty()) {
            LOG.debug("notice {} of {} is not taken here", notice.getMethod(), connection.peer());
            return;
        }
        deliver(bound.get(), notice);
    }

    private <M extends MessageLite> void deliver(BoundNotice<M> bound, RpcFrame.Notice notice) {
        try {
            bound.handler().handle(connection, Frames.readPayload(bound.notice().parser(), notice.getPayload()));
        } catch (InvalidProtocolBufferException e) {
            LOG.warn("notice {} of {} is something else", notice.getMethod(), connection.peer(), e);
        } catch (RuntimeException | Error e) {
            LOG.error("notice {} of {} failed", notice.getMethod(), connection.peer(), e);
        }
    }

    /** The caller waits no longer. */
    void cancel(long call) {
        Served served = open.remove(call);
        if (served != null) {
            served.response().cancel(true);
        }
    }

    private OptionalLong expireOverdue(long nowNanos) {
        long next = Long.MAX_VALUE;
        for (Served served : open.values()) {
            long left = served.endNanos() - nowNanos;
            if (left <= 0) {
                expire(served);
            } else {
                next = Math.min(next, left);
            }
        }
        return next == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(nowNanos + next);
    }

    private void expire(Served served) {
        RpcFrame.Request request = served.request();
        if (open.remove(request.getCall()) != null) {
            connection.respondError(
                    request.getCall(),
                    OrreryException.of(
                            ErrorCode.DEADLINE_EXCEEDED,
                            request.getMethod() + " was not done in the " + request.getTimeoutMillis()
                                    + " ms that the caller gave"));
            served.response().cancel(true);
        }
    }

    /** The connection ended: nobody waits. */
    void close() {
        deadlines.close();
        open.keySet().forEach(this::cancel);
    }
}
