package dev.orrery.internal.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.RpcFrame;
import dev.orrery.internal.rpc.RpcHandlers.BoundMethod;
import dev.orrery.internal.rpc.RpcHandlers.BoundNotice;
import io.netty.util.concurrent.EventExecutor;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The peer's calls that are being answered here. */
final class ServedCalls {
    private static final Logger LOG = LoggerFactory.getLogger(ServedCalls.class);

    private final RpcChannel connection;
    private final RpcHandlers handlers;
    private final Map<Long, CompletableFuture<?>> open = new ConcurrentHashMap<>();

    ServedCalls(RpcChannel connection, RpcHandlers handlers) {
        this.connection = connection;
        this.handlers = handlers;
    }

    void onRequest(RpcFrame.Request request, EventExecutor executor) {
        Optional<BoundMethod<?, ?>> bound = handlers.method(request.getMethod());
        if (bound.isEmpty()) {
            connection.respondError(
                    request.getCall(),
                    OrreryException.of(
                            ErrorCode.UNKNOWN_METHOD, "method " + request.getMethod() + " is not served here"));
            return;
        }
        serve(bound.get(), request, executor);
    }

    private <Q extends MessageLite, R extends MessageLite> void serve(
            BoundMethod<Q, R> bound, RpcFrame.Request request, EventExecutor executor) {
        long call = request.getCall();
        CompletableFuture<R> response = invoke(bound, request);
        open.put(call, response);
        if (!response.isDone()) {
            var deadline = executor.schedule(() -> expire(request), request.getTimeoutMillis(), TimeUnit.MILLISECONDS);
            response.whenComplete((done, failure) -> deadline.cancel(false));
        }
        response.whenComplete((done, failure) -> {
            // Gone already: it was cancelled, and nobody waits for the outcome.
            if (open.remove(call) != null) {
                answer(request, done, failure);
            }
        });
    }

    private void answer(RpcFrame.Request request, MessageLite response, Throwable failure) {
        if (response != null) {
            connection.respond(request.getCall(), response);
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
        CompletableFuture<?> response = open.remove(call);
        if (response != null) {
            response.cancel(true);
        }
    }

    private void expire(RpcFrame.Request request) {
        CompletableFuture<?> response = open.remove(request.getCall());
        if (response != null) {
            connection.respondError(
                    request.getCall(),
                    OrreryException.of(
                            ErrorCode.DEADLINE_EXCEEDED,
                            request.getMethod() + " was not done in the " + request.getTimeoutMillis()
                                    + " ms that the caller gave"));
            response.cancel(true);
        }
    }

    void cancelAll() {
        open.keySet().forEach(this::cancel);
    }
}
