package dev.orrery.internal.client;

import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.DescribePipelineRequest;
import dev.orrery.internal.proto.GatewayView;
import dev.orrery.internal.proto.InferRequest;
import dev.orrery.internal.proto.InferResponse;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.TensorData;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcMethod;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/**
 * One pipeline's gateway, wherever it is now. When the connection is lost it asks the leader again and resends what was
 * not answered, under the same (client, number), which the gateway recognises. While the connection lives no head is
 * needed. Thread-safe.
 */
public final class GatewayClient implements AutoCloseable {
    private static final Duration RESOLVE_TIMEOUT = Duration.ofSeconds(5);

    /** The gateway ends a request at its deadline, and knows why it was late. */
    private static final Duration SLACK = Duration.ofSeconds(2);

    private final String pipeline;
    private final String client;
    private final RpcClient rpc;
    private final LeaderClient leader;
    private final AtomicLong lastNumber = new AtomicLong();
    private final ScheduledThreadPoolExecutor timer;
    private final Set<GatewayCall<?, ?>> open = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private Optional<CompletableFuture<RpcConnection>> current = Optional.empty();
    private volatile boolean closed;

    GatewayClient(String pipeline, String client, RpcClient rpc, LeaderClient leader) {
        this.pipeline = pipeline;
        this.client = client;
        this.rpc = rpc;
        this.leader = leader;
        this.timer = new ScheduledThreadPoolExecutor(1, new NamedThreads("gateway-client-" + pipeline));
        timer.setRemoveOnCancelPolicy(true);
    }

    /**
     * @param deadline what the gateway is told; empty: it takes the pipeline's own
     * @param patience how long is waited here
     */
    CompletableFuture<InferResponse> infer(List<TensorData> tensors, Optional<Duration> deadline, Patience patience) {
        InferRequest request = InferRequest.newBuilder()
                .setClient(client)
                .setNumber(lastNumber.incrementAndGet())
                .addAllTensors(tensors)
                .build();
        long start = System.nanoTime();
        // Another gateway counts from when it gets the request, so it is told what is left.
        LongFunction<InferRequest> at = now -> deadline.map(whole -> request.toBuilder()
                        .setDeadlineMillis(Math.max(1, whole.toMillis() - TimeUnit.NANOSECONDS.toMillis(now - start)))
                        .build())
                .orElse(request);
        return start(new GatewayCall<>(this, Protocol.INFER, at, patience, SLACK));
    }

    <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> call(
            RpcMethod<Q, R> method, Q request, Duration timeout) {
        return start(new GatewayCall<>(this, method, now -> request, Patience.of(timeout), Duration.ZERO));
    }

    private <R extends MessageLite> CompletableFuture<R> start(GatewayCall<?, R> call) {
        open.add(call);
        call.result().whenComplete((response, failure) -> open.remove(call));
        call.start();
        // Closed before the call was entered: nobody else will end it.
        if (closed) {
            call.result().completeExceptionally(closedHere());
        }
        return call.result();
    }

    String pipeline() {
        return pipeline;
    }

    ScheduledFuture<?> schedule(Runnable step, long delayNanos) {
        try {
            return timer.schedule(step, delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            throw closedHere();
        }
    }

    /** The connection in use, or a new one to where the leader says that the gateway is. */
    CompletableFuture<RpcConnection> connection() {
        synchronized (lock) {
            if (current.filter(Dials::isUsable).isEmpty()) {
                current = Optional.of(resolve().thenCompose(this::connect));
            }
            return current.get();
        }
    }

    private CompletableFuture<GatewayView> resolve() {
        DescribePipelineRequest request =
                DescribePipelineRequest.newBuilder().setPipeline(pipeline).build();
        return leader.call(Protocol.DESCRIBE_PIPELINE, request, RESOLVE_TIMEOUT).thenApply(this::gatewayOf);
    }

    private GatewayView gatewayOf(PipelineView view) {
        return view.getGatewaysList().stream()
                .filter(GatewayView::hasRpcAddress)
                .filter(gateway -> gateway.getRpcAddress().getPort() != 0)
                .findFirst()
                .orElseThrow(() -> OrreryException.of(
                        ErrorCode.UNAVAILABLE,
                        "pipeline " + pipeline + " has no gateway now; it is " + view.getState()));
    }

    private CompletableFuture<RpcConnection> connect(GatewayView gateway) {
        return Dials.worker(
                rpc,
                HostPort.of(gateway.getRpcAddress()),
                gateway.getLife().getActor(),
                "the gateway of pipeline " + pipeline);
    }

    private OrreryException closedHere() {
        return OrreryException.of(ErrorCode.CANCELLED, "the client was closed, or has undeployed pipeline " + pipeline);
    }

    /** Ends the connection; calls under way fail with CANCELLED. Idempotent. */
    @Override
    public void close() {
        closed = true;
        timer.shutdownNow();
        open.forEach(call -> call.result().completeExceptionally(closedHere()));
        synchronized (lock) {
            current.ifPresent(dialling -> dialling.whenComplete((connection, failure) -> {
                if (connection != null) {
                    connection.close();
                }
            }));
        }
    }
}
