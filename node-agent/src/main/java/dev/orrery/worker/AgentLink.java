package dev.orrery.worker;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.Assignment;
import dev.orrery.internal.proto.RenewLeaseRequest;
import dev.orrery.internal.proto.StopWorker;
import dev.orrery.internal.proto.WorkerHello;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerWelcome;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.worker.launch.LaunchSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection with the node agent, which the worker dials and dials again for as long as it lives: where the agent
 * listens is read anew each time, as a restarted agent listens elsewhere.
 */
final class AgentLink implements AutoCloseable {
    /** Called on I/O threads, in order. */
    interface Listener {
        void onWelcome(WorkerWelcome welcome);

        void onAssignment(Assignment assignment);

        /** The launch file names this process's life now. */
        void onBound();

        void onStop(StopWorker stop);

        void onAway();
    }

    private static final Logger LOG = LoggerFactory.getLogger(AgentLink.class);
    private static final long RETRY_MILLIS = 100;
    private static final Duration DIAL_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration REGISTER_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LEASE_TIMEOUT = Duration.ofSeconds(2);

    private final LaunchSpec launch;
    private final RpcClient client;
    private final ScheduledExecutorService timers;
    private final Listener listener;
    private volatile Optional<RpcConnection> up = Optional.empty();
    private volatile boolean closed;
    private volatile boolean troubleLogged;

    AgentLink(
            LaunchSpec launch,
            RpcTransport transport,
            RpcIdentity identity,
            ScheduledExecutorService timers,
            Listener listener) {
        this.launch = launch;
        this.timers = timers;
        this.listener = listener;
        this.client = new RpcClient(
                transport,
                identity,
                RpcLimits.defaults(),
                RpcHandlers.builder()
                        .onNotice(Protocol.ASSIGNMENT, (connection, notice) -> listener.onAssignment(notice))
                        .onNotice(Protocol.BIND_WORKER, (connection, notice) -> listener.onBound())
                        .onNotice(Protocol.STOP_WORKER, (connection, notice) -> listener.onStop(notice))
                        .build());
    }

    void start() {
        dial();
    }

    private void dial() {
        if (closed) {
            return;
        }
        HostPort address;
        try {
            address = HostPort.parse(Files.readString(launch.agentAddressFile()).strip());
        } catch (IOException | dev.orrery.error.InvalidArgumentException e) {
            retry(e);
            return;
        }
        client.connect(address, DIAL_TIMEOUT).whenComplete((connection, failure) -> {
            if (failure != null) {
                retry(failure);
            } else {
                register(connection);
            }
        });
    }

    private void register(RpcConnection connection) {
        WorkerHello hello = WorkerHello.newBuilder()
                .setNonce(launch.nonce())
                .setPid(ProcessHandle.current().pid())
                .setLife(launch.life())
                .build();
        connection.call(Protocol.REGISTER_WORKER, hello, REGISTER_TIMEOUT).whenComplete((welcome, failure) -> {
            if (failure != null) {
                connection.close();
                retry(failure);
            } else {
                registered(connection, welcome);
            }
        });
    }

    private void registered(RpcConnection connection, WorkerWelcome welcome) {
        up = Optional.of(connection);
        troubleLogged = false;
        LOG.info("registered with the agent at {}", connection.peer().address());
        listener.onWelcome(welcome);
        connection.closed().thenAccept(why -> {
            up = Optional.empty();
            if (!closed) {
                LOG.info("the agent is away: {}", why);
                listener.onAway();
                later();
            }
        });
    }

    private void retry(Throwable failure) {
        if (closed) {
            return;
        }
        if (!troubleLogged) {
            troubleLogged = true;
            LOG.info("no agent yet, trying on: {}", ErrorCodec.unwrap(failure).toString());
        }
        later();
    }

    private void later() {
        var unused = timers.schedule(this::dial, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    boolean isUp() {
        return up.isPresent();
    }

    /** Lost without an agent: the next registration is followed by a complete report. */
    void report(WorkerReport report) {
        up.ifPresent(connection -> connection.notify(Protocol.WORKER_REPORT, report));
    }

    /** Fails when the agent is away, and when the leader, which it asks, gives none. Any thread. */
    CompletableFuture<Duration> renewLease() {
        RenewLeaseRequest request =
                RenewLeaseRequest.newBuilder().setLife(launch.life()).build();
        return up.map(connection -> connection
                        .call(Protocol.RENEW_LEASE, request, LEASE_TIMEOUT)
                        .thenApply(lease -> Duration.ofMillis(lease.getDurationMillis())))
                .orElseGet(() -> CompletableFuture.failedFuture(
                        OrreryException.of(ErrorCode.UNAVAILABLE, "the node agent is away")));
    }

    /** Completes when what was reported is on its way and the connection has ended. */
    CompletableFuture<Void> finish() {
        closed = true;
        return up.map(connection -> {
                    connection.close();
                    return connection.closed().<Void>thenApply(why -> null);
                })
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    @Override
    public void close() {
        var unused = finish();
    }
}
