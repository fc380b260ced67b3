package dev.orrery.agent.link;

import dev.orrery.agent.artifact.ArtifactSource;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.GetArtifactRequest;
import dev.orrery.internal.proto.GetArtifactResponse;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.NodeWelcome;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the leader, registers this node there, and reports: at once after a change, otherwise each heartbeat. At most one
 * report is on its way, so changes meanwhile go together in the next. All but {@link #read} runs on one thread.
 */
public final class HeadLink implements ArtifactSource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HeadLink.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ARTIFACT_TIMEOUT = Duration.ofSeconds(30);

    /** Dials one head. */
    @FunctionalInterface
    public interface Dialler {
        CompletableFuture<RpcConnection> dial(HostPort head, Duration timeout);
    }

    /**
     * What the link asks of its owner, on the link's thread.
     *
     * @param hello at each registration
     * @param report without instance and sequence
     * @param joined cluster and epoch of a head that has welcomed this node; throws when it must not be followed
     */
    public record Node(Supplier<NodeHello> hello, Supplier<NodeReport> report, BiConsumer<String, Long> joined) {}

    private final Dialler dialler;
    private final ScheduledExecutorService loop;
    private final Duration heartbeat;
    private final Node node;
    private HeadChoice choice;
    private Optional<RpcConnection> registered = Optional.empty();
    private volatile RpcConnection leader;
    /** Each is logged once until the next success; heads may be away for hours. */
    private final Set<String> problems = new HashSet<>();

    private boolean reporting;
    private boolean dirty;
    private long sequence;
    private boolean closed;
    private ScheduledFuture<?> ticking;

    public HeadLink(
            Dialler dialler, ScheduledExecutorService loop, List<HostPort> heads, Duration heartbeat, Node node) {
        this.dialler = dialler;
        this.loop = loop;
        this.heartbeat = heartbeat;
        this.node = node;
        this.choice = HeadChoice.among(heads);
    }

    public void start() {
        ticking =
                loop.scheduleWithFixedDelay(this::beat, heartbeat.toNanos(), heartbeat.toNanos(), TimeUnit.NANOSECONDS);
        dial();
    }

    /** The next report has something new to tell. */
    public void changed() {
        dirty = true;
        report();
    }

    private void beat() {
        dirty = true;
        report();
    }

    private void dial() {
        if (closed) {
            return;
        }
        HostPort head = choice.address();
        dialler.dial(head, CONNECT_TIMEOUT)
                .whenCompleteAsync(
                        (connection, failure) -> {
                            if (failure != null) {
                                failed(head, failure);
                            } else if (closed) {
                                connection.close();
                            } else {
                                register(head, connection);
                            }
                        },
                        loop);
    }

    private void register(HostPort head, RpcConnection connection) {
        connection
                .call(Protocol.REGISTER_NODE, node.hello().get(), CALL_TIMEOUT)
                .whenCompleteAsync(
                        (welcome, failure) -> {
                            try {
                                if (failure != null) {
                                    connection.close();
                                    failed(head, failure);
                                } else {
                                    welcomed(head, connection, welcome);
                                }
                            } catch (OrreryException e) {
                                connection.close();
                                failed(head, e);
                            }
                        },
                        loop);
    }

    private void welcomed(HostPort head, RpcConnection connection, NodeWelcome welcome) {
        node.joined().accept(welcome.getCluster(), welcome.getEpoch());
        LOG.info("registered with head {} at {}, epoch {}", welcome.getHead(), head, welcome.getEpoch());
        choice = choice.succeeded();
        problems.clear();
        registered = Optional.of(connection);
        leader = connection;
        reporting = false;
        changed();
        connection.closed().thenAcceptAsync(why -> lost(head, connection, why), loop);
    }

    private void lost(HostPort head, RpcConnection connection, String why) {
        if (registered.filter(own -> own == connection).isPresent()) {
            leave(connection);
            failed(head, OrreryException.of(ErrorCode.CONNECTION_LOST, why));
        }
    }

    private void failed(HostPort head, Throwable failure) {
        Throwable cause = ErrorCodec.unwrap(failure);
        Optional<HostPort> named =
                cause instanceof OrreryException known ? ErrorCodec.leaderOf(known) : Optional.empty();
        choice = choice.failed(named);
        String problem = "cannot join the head at " + head + ": " + cause.getMessage();
        if (problems.add(problem)) {
            LOG.warn("{}", problem);
        } else {
            LOG.debug("{}", problem);
        }
        if (!closed) {
            loop.schedule(this::dial, choice.pause().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void report() {
        if (!dirty || reporting || registered.isEmpty()) {
            return;
        }
        RpcConnection connection = registered.get();
        dirty = false;
        reporting = true;
        NodeReport report =
                node.report().get().toBuilder().setSequence(++sequence).build();
        connection
                .call(Protocol.REPORT_NODE, report, CALL_TIMEOUT)
                .whenCompleteAsync(
                        (ack, failure) -> {
                            if (registered.filter(own -> own == connection).isEmpty()) {
                                return;
                            }
                            reporting = false;
                            if (failure == null) {
                                report();
                            } else {
                                // It leads no more, or hangs; its successor is found by dialling anew.
                                leave(connection);
                                failed(connection.peer().address(), failure);
                            }
                        },
                        loop);
    }

    private void leave(RpcConnection connection) {
        registered = Optional.empty();
        leader = null;
        connection.close();
    }

    /** Asks the leader. Any thread. */
    @Override
    public CompletableFuture<GetArtifactResponse> read(GetArtifactRequest request) {
        RpcConnection connection = leader;
        if (connection == null) {
            return CompletableFuture.failedFuture(
                    OrreryException.of(ErrorCode.UNAVAILABLE, "no head leads that this node is connected to"));
        }
        return connection.call(Protocol.GET_ARTIFACT, request, ARTIFACT_TIMEOUT);
    }

    @Override
    public void close() {
        closed = true;
        if (ticking != null) {
            ticking.cancel(false);
        }
        registered.ifPresent(this::leave);
    }
}
