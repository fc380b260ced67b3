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
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcMethod;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One pipeline's gateway, wherever it is now. When the connection is lost it asks the leader again and resends what was
 * not answered, under the same (client, number), which the gateway recognises. While the connection lives no head is
 * needed. Thread-safe.
 */
public final class GatewayClient implements AutoCloseable {
    private static final Duration RESOLVE_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final long FIRST_PAUSE_MILLIS = 10;
    private static final long LONGEST_PAUSE_MILLIS = 250;

    private final String pipeline;
    private final String client;
    private final RpcClient rpc;
    private final LeaderClient leader;
    private final AtomicLong lastNumber = new AtomicLong();
    private final ScheduledExecutorService timer;
    private final Object lock = new Object();
    private Optional<CompletableFuture<RpcConnection>> current = Optional.empty();
    private volatile boolean closed;

    GatewayClient(String pipeline, String client, RpcClient rpc, LeaderClient leader) {
        this.pipeline = pipeline;
        this.client = client;
        this.rpc = rpc;
        this.leader = leader;
        this.timer = Executors.newSingleThreadScheduledExecutor(new NamedThreads("gateway-client-" + pipeline));
    }

    /** @param deadline empty: the pipeline's own, {@code patience} bounds the wait here */
    CompletableFuture<InferResponse> infer(List<TensorData> tensors, Optional<Duration> deadline, Duration patience) {
        InferRequest request = InferRequest.newBuilder()
                .setClient(client)
                .setNumber(lastNumber.incrementAndGet())
                .setDeadlineMillis(deadline.map(Duration::toMillis).orElse(0L))
                .addAllTensors(tensors)
                .build();
        return call(Protocol.INFER, request, patience);
    }

    <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> call(
            RpcMethod<Q, R> method, Q request, Duration timeout) {
        Attempt<Q, R> attempt = new Attempt<>(method, request, System.nanoTime() + timeout.toNanos(), timeout);
        attempt.run();
        return attempt.result;
    }

    private CompletableFuture<RpcConnection> connection() {
        synchronized (lock) {
            boolean usable = current.isPresent()
                    && !current.get().isCompletedExceptionally()
                    && (!current.get().isDone() || current.get().join().isOpen());
            if (!usable) {
                current = Optional.of(resolve().thenCompose(address -> rpc.connect(address, CONNECT_TIMEOUT)));
            }
            return current.get();
        }
    }

    private CompletableFuture<HostPort> resolve() {
        DescribePipelineRequest request =
                DescribePipelineRequest.newBuilder().setPipeline(pipeline).build();
        return leader.call(Protocol.DESCRIBE_PIPELINE, request, RESOLVE_TIMEOUT).thenApply(this::gatewayOf);
    }

    private HostPort gatewayOf(PipelineView view) {
        return view.getGatewaysList().stream()
                .filter(GatewayView::hasRpcAddress)
                .filter(gateway -> gateway.getRpcAddress().getPort() != 0)
                .findFirst()
                .map(gateway -> HostPort.of(gateway.getRpcAddress()))
                .orElseThrow(() -> OrreryException.of(
                        ErrorCode.UNAVAILABLE,
                        "pipeline " + pipeline + " has no gateway now; it is " + view.getState()));
    }

    @Override
    public void close() {
        closed = true;
        timer.shutdownNow();
        synchronized (lock) {
            current.ifPresent(dialling -> dialling.whenComplete((connection, failure) -> {
                if (connection != null) {
                    connection.close();
                }
            }));
        }
    }

    /** One call with its repetitions. */
    private final class Attempt<Q extends MessageLite, R extends MessageLite> implements Runnable {
        private final RpcMethod<Q, R> method;
        private final Q request;
        private final long endNanos;
        private final Duration timeout;
        private final CompletableFuture<R> result = new CompletableFuture<>();
        private String lastSaid = "";
        private long pauseMillis = FIRST_PAUSE_MILLIS;

        private Attempt(RpcMethod<Q, R> method, Q request, long endNanos, Duration timeout) {
            this.method = method;
            this.request = request;
            this.endNanos = endNanos;
            this.timeout = timeout;
        }

        @Override
        public void run() {
            if (result.isDone()) {
                return;
            }
            long left = endNanos - System.nanoTime();
            if (closed) {
                result.completeExceptionally(cancelled());
            } else if (left <= 0) {
                result.completeExceptionally(OrreryException.of(
                        ErrorCode.DEADLINE_EXCEEDED,
                        "waited " + timeout.toMillis() + " ms for the gateway of pipeline " + pipeline
                                + (lastSaid.isEmpty() ? "" : "; last: " + lastSaid)));
            } else {
                connection().thenCompose(this::send).whenComplete(this::onOutcome);
            }
        }

        private CompletableFuture<R> send(RpcConnection connection) {
            long left = Math.max(1, endNanos - System.nanoTime());
            CompletableFuture<R> call = connection.call(method, request, Duration.ofNanos(left));
            result.whenComplete((response, failure) -> {
                if (result.isCancelled()) {
                    call.cancel(true);
                }
            });
            return call;
        }

        private void onOutcome(R response, Throwable failure) {
            if (failure == null) {
                result.complete(response);
                return;
            }
            Throwable cause = ErrorCodec.unwrap(failure);
            if (!(cause instanceof OrreryException known) || !triesAgain(known)) {
                result.completeExceptionally(cause);
                return;
            }
            lastSaid = known.detail();
            try {
                timer.schedule(this, pauseMillis, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                result.completeExceptionally(cancelled());
            }
            pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
        }

        private OrreryException cancelled() {
            return OrreryException.of(ErrorCode.CANCELLED, "the client was closed");
        }

        /** Not OVERLOADED: whether to wait then is the user's choice. */
        private static boolean triesAgain(OrreryException failure) {
            return switch (failure.code()) {
                case CONNECTION_FAILED, CONNECTION_LOST, UNAVAILABLE, NOT_LEADER, STORE_UNAVAILABLE -> true;
                default -> false;
            };
        }
    }
}
