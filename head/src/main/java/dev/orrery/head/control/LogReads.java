package dev.orrery.head.control;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ReadLogsRequest;
import dev.orrery.internal.proto.ReadLogsResponse;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes requests for logs on to the agents that have them, over the connections that these dialled. A piece is bounded, and so
 * many are on their way at once and no more: whoever wants a whole log asks again and again, and this head holds none of it.
 */
final class LogReads {
    static final int AT_ONCE = 32;
    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    private final AtomicInteger underWay = new AtomicInteger();

    /** Throws UNAVAILABLE where nobody can be asked now. */
    CompletableFuture<ReadLogsResponse> pass(ReadLogsRequest request, Optional<RpcConnection> agent) {
        RpcConnection link = agent.filter(RpcConnection::isOpen)
                .orElseThrow(() -> unavailable(
                        request,
                        "the agent of node '%s' is not connected to the leader, so its workers' logs are out of reach"
                                .formatted(request.getNode())));
        if (underWay.incrementAndGet() > AT_ONCE) {
            underWay.decrementAndGet();
            throw unavailable(
                    request, "the leader passes on " + AT_ONCE + " requests for logs already; ask again in a moment");
        }
        CompletableFuture<ReadLogsResponse> answer = link.call(Protocol.READ_LOGS, request, TIMEOUT);
        answer.whenComplete((response, failure) -> underWay.decrementAndGet());
        return answer.exceptionallyCompose(failure -> CompletableFuture.failedFuture(told(request, failure)));
    }

    /** Whoever asked is not to take the end of the agent's connection for that of its own. */
    private static Throwable told(ReadLogsRequest request, Throwable failure) {
        Throwable cause = ErrorCodec.unwrap(failure);
        boolean silent = cause instanceof OrreryException known
                && (known.code() == ErrorCode.CONNECTION_LOST || known.code() == ErrorCode.DEADLINE_EXCEEDED);
        return silent
                ? unavailable(
                        request,
                        "the agent of node '%s' did not answer: %s".formatted(request.getNode(), cause.getMessage()))
                : cause;
    }

    private static OrreryException unavailable(ReadLogsRequest request, String why) {
        return OrreryException.of(ErrorCode.UNAVAILABLE, why, Map.of("node", request.getNode()));
    }
}
