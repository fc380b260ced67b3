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
        if (!response.isDone()) {
            open.put(call, response);
            var deadline = executor.schedule(
                    () -> cancel(call, "its deadline is over"), request.getTimeoutMillis(), TimeUnit.MILLISECONDS);
            response.whenComplete((done, failure) -> deadline.cancel(false));
        }
        response.whenComplete((done, failure) -> {
            open.remove(call);
            if (failure == null) {
                connection.respond(call, done.toByteString());
                return;
            }
            if (!RpcChannel.isExpected(failure)) {
                LOG.error("{} of {} failed", request.getMethod(), connection.peer(), ErrorCodec.unwrap(failure));
            }
            connection.respondError(call, failure);
        });
    }

    // A handler's defect must fail its call, not the connection.
    @SuppressWarnings("FutureReturnValueIgnored")
    private <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> invoke(
            BoundMethod<Q, R> bound, RpcFrame.Request request) {
        try {
            return bound.handler()
                    .handle(connection, bound.method().requestParser().parseFrom(request.getPayload()));
        } catch (InvalidProtocolBufferException e) {
            return CompletableFuture.failedFuture(OrreryException.of(
                    ErrorCode.PROTOCOL, "the request of " + request.getMethod() + " is something else", e));
        } catch (RuntimeException e) {
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
            bound.handler().handle(connection, bound.notice().parser().parseFrom(notice.getPayload()));
        } catch (InvalidProtocolBufferException e) {
            LOG.warn("notice {} of {} is something else", notice.getMethod(), connection.peer(), e);
        } catch (RuntimeException e) {
            LOG.error("notice {} of {} failed", notice.getMethod(), connection.peer(), e);
        }
    }

    void cancel(long call, String why) {
        CompletableFuture<?> response = open.remove(call);
        if (response != null) {
            LOG.debug("call {} of {} ended: {}", call, connection.peer(), why);
            response.cancel(true);
        }
    }

    void cancelAll(String why) {
        open.keySet().forEach(call -> cancel(call, why));
    }
}
