package dev.orrery.gateway;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.gateway.core.Outcome;
import dev.orrery.internal.proto.InferResponse;
import dev.orrery.internal.rpc.RpcConnection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Clients that wait for outcomes. Thread-safe. */
final class ClientCalls {
    private static final Logger LOG = LoggerFactory.getLogger(ClientCalls.class);

    private record Call(RpcConnection connection, CompletableFuture<InferResponse> response) {}

    private final long maxUnreadBytes;
    private final AtomicLong lastWaiter = new AtomicLong();
    private final Map<Long, Call> calls = new ConcurrentHashMap<>();
    /** Bytes of answers that each connection was given since it last took all that there was. */
    private final Map<RpcConnection, AtomicLong> connections = new ConcurrentHashMap<>();

    ClientCalls(long maxUnreadBytes) {
        this.maxUnreadBytes = maxUnreadBytes;
    }

    /** Refuses a client that does not read: its answers would pile up here. */
    void checkReads(RpcConnection connection) {
        AtomicLong unread = unreadOf(connection);
        if (connection.isWritable()) {
            unread.set(0);
        } else {
            throw OrreryException.of(
                    ErrorCode.OVERLOADED,
                    "%s does not read its answers; %d bytes of them wait".formatted(connection.peer(), unread.get()));
        }
    }

    private AtomicLong unreadOf(RpcConnection connection) {
        AtomicLong fresh = new AtomicLong();
        AtomicLong known = connections.putIfAbsent(connection, fresh);
        if (known != null) {
            return known;
        }
        var unused = connection.closed().thenAccept(why -> connections.remove(connection));
        return fresh;
    }

    /** Returns the waiter. */
    long open(RpcConnection connection, CompletableFuture<InferResponse> response) {
        long waiter = lastWaiter.incrementAndGet();
        calls.put(waiter, new Call(connection, response));
        return waiter;
    }

    void forget(long waiter) {
        calls.remove(waiter);
    }

    void complete(List<Long> waiters, Outcome outcome) {
        if (outcome instanceof Outcome.Answered answered) {
            AnswerMessages answer = (AnswerMessages) answered.answer();
            InferResponse response = InferResponse.newBuilder()
                    .addAllTensors(answer.tensors())
                    .setAttempts(answered.attempts())
                    .build();
            waiters.forEach(waiter -> remove(waiter).ifPresent(call -> answer(call, response, answer.byteSize())));
        } else if (outcome instanceof Outcome.Failed failed) {
            waiters.forEach(
                    waiter -> remove(waiter).ifPresent(call -> call.response().completeExceptionally(failed.error())));
        }
    }

    private Optional<Call> remove(long waiter) {
        return Optional.ofNullable(calls.remove(waiter));
    }

    private void answer(Call call, InferResponse response, long bytes) {
        AtomicLong unread = connections.get(call.connection());
        if (unread != null) {
            long waiting = call.connection().isWritable() ? bytes : unread.get() + bytes;
            unread.set(waiting);
            if (waiting > maxUnreadBytes && waiting > bytes) {
                LOG.warn(
                        "{} left {} bytes of answers unread; its connection is closed",
                        call.connection().peer(),
                        waiting);
                call.connection().close();
            }
        }
        call.response().complete(response);
    }

    boolean anyConnected() {
        return !connections.isEmpty();
    }
}
