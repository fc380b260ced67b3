package dev.orrery.worker.stage;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.CancelAttempt;
import dev.orrery.internal.proto.Farewell;
import dev.orrery.internal.proto.GatewayEndpoint;
import dev.orrery.internal.proto.ReplicaAttach;
import dev.orrery.internal.proto.ReplicaAttached;
import dev.orrery.internal.proto.ReplicaNotice;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.worker.ActorEnvironment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The control link to one gateway: dialled again for as long as it is wanted. */
final class GatewayLink implements AutoCloseable {
    /** What the link brings. Called on I/O threads. */
    interface Listener {
        void onUp(GatewayLink link);

        void onDown(ActorLife gateway);

        void onCancel(ActorLife gateway, CancelAttempt cancel);
    }

    private static final Logger LOG = LoggerFactory.getLogger(GatewayLink.class);
    private static final Duration DIAL_TIMEOUT = Duration.ofSeconds(5);
    private static final long RETRY_MILLIS = 100;

    private final GatewayEndpoint endpoint;
    private final ReplicaAttach hello;
    private final RpcClient client;
    private final ScheduledExecutorService timers;
    private final Listener listener;
    private volatile Optional<RpcConnection> up = Optional.empty();
    private volatile boolean closed;
    private volatile boolean troubleLogged;

    GatewayLink(GatewayEndpoint endpoint, ReplicaAttach hello, ActorEnvironment environment, Listener listener) {
        this.endpoint = endpoint;
        this.hello = hello;
        this.timers = environment.timers();
        this.listener = listener;
        this.client = new RpcClient(
                environment.transport(),
                environment.identity(),
                RpcLimits.defaults(),
                RpcHandlers.builder()
                        .onNotice(
                                Protocol.CANCEL_ATTEMPT,
                                (connection, cancel) -> listener.onCancel(endpoint.getLife(), cancel))
                        .build());
    }

    GatewayEndpoint endpoint() {
        return endpoint;
    }

    boolean isUp() {
        return up.isPresent();
    }

    void start() {
        dial();
    }

    private void dial() {
        if (closed) {
            return;
        }
        client.connect(HostPort.of(endpoint.getRpcAddress()), DIAL_TIMEOUT).whenComplete((connection, failure) -> {
            if (failure != null) {
                retry(failure);
            } else {
                attach(connection);
            }
        });
    }

    private void attach(RpcConnection connection) {
        connection
                .call(Protocol.ATTACH_REPLICA, hello, DIAL_TIMEOUT)
                .thenCompose(this::checked)
                .whenComplete((attached, failure) -> {
                    if (failure != null) {
                        connection.close();
                        retry(failure);
                    } else {
                        opened(connection);
                    }
                });
    }

    /** Another gateway may listen at the address of one that died. */
    private CompletableFuture<ReplicaAttached> checked(ReplicaAttached attached) {
        return attached.getGateway().equals(endpoint.getLife())
                ? CompletableFuture.completedFuture(attached)
                : CompletableFuture.failedFuture(OrreryException.of(
                        ErrorCode.FENCED, "another gateway answers: " + name(attached.getGateway())));
    }

    private void opened(RpcConnection connection) {
        up = Optional.of(connection);
        troubleLogged = false;
        LOG.info("linked to gateway {}", name(endpoint.getLife()));
        listener.onUp(this);
        connection.closed().thenAccept(why -> {
            listener.onDown(endpoint.getLife());
            up = Optional.empty();
            if (!closed) {
                LOG.info("the link to gateway {} ended: {}", name(endpoint.getLife()), why);
                later();
            }
        });
        if (closed) {
            connection.close();
        }
    }

    private void retry(Throwable failure) {
        if (closed) {
            return;
        }
        if (!troubleLogged) {
            troubleLogged = true;
            LOG.info(
                    "no link to gateway {} yet, trying on: {}",
                    name(endpoint.getLife()),
                    ErrorCodec.unwrap(failure).getMessage());
        }
        later();
    }

    private void later() {
        var unused = timers.schedule(this::dial, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Lost without a link. */
    void tell(ReplicaNotice notice) {
        up.ifPresent(connection -> connection.notify(Protocol.REPLICA_NOTICE, notice));
    }

    /** Closes, and says that it does so on purpose: a link that just ends is that of a replica that died. */
    void leave(Optional<ActorLife> successor) {
        Farewell.Builder farewell = Farewell.newBuilder();
        successor.ifPresent(farewell::setSuccessor);
        tell(ReplicaNotice.newBuilder().setFarewell(farewell).build());
        close();
    }

    private static String name(ActorLife life) {
        return life.getActor() + "#" + life.getIncarnation();
    }

    @Override
    public void close() {
        closed = true;
        up.ifPresent(RpcConnection::close);
    }
}
