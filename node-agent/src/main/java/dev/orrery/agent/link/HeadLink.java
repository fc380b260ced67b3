package dev.orrery.agent.link;

import com.google.protobuf.MessageLite;
import dev.orrery.agent.artifact.ArtifactSource;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.HeadChoice;
import dev.orrery.internal.client.HeadDials;
import dev.orrery.internal.client.HeadSearch;
import dev.orrery.internal.proto.GetArtifactRequest;
import dev.orrery.internal.proto.GetArtifactResponse;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.NodeWelcome;
import dev.orrery.internal.proto.RenewLeaseRequest;
import dev.orrery.internal.proto.RenewLeaseResponse;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcMethod;
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
 * Finds the leader, registers this node there, and reports: at once after a change, otherwise each heartbeat, and then only
 * that nothing has changed. At most one report is on its way, so changes meanwhile go together in the next. All but {@link #read} runs on one thread.
 */
public final class HeadLink implements ArtifactSource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HeadLink.class);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ARTIFACT_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration LEASE_TIMEOUT = Duration.ofSeconds(2);

    /**
     * What the link asks of its owner, on the link's thread.
     *
     * @param hello at each registration
     * @param report without instance and sequence
     * @param joined cluster and epoch of a head that has welcomed this node; throws when it must not be followed
     */
    public record Node(Supplier<NodeHello> hello, Supplier<NodeReport> report, BiConsumer<String, Long> joined) {}

    private final HeadDials dials;
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
    /** The newest complete one that was acknowledged over this connection. */
    private Optional<NodeReport> acknowledged = Optional.empty();

    private boolean closed;
    private ScheduledFuture<?> ticking;

    public HeadLink(
            HeadDials.Dialler dialler,
            ScheduledExecutorService loop,
            List<HostPort> heads,
            Duration heartbeat,
            Node node) {
        this.dials = new HeadDials(dialler, loop);
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
        HeadSearch search = dials.search(choice.order());
        search.reached()
                .whenCompleteAsync(
                        (found, failure) -> {
                            if (closed) {
                                search.close();
                                return;
                            }
                            search.failures().forEach(this::tellOnce);
                            if (failure == null) {
                                register(found, search.failures().keySet());
                            } else {
                                dialAgain(choice.unreachable());
                            }
                        },
                        loop);
    }

    private void register(HeadSearch.Reached found, Set<HostPort> unreachable) {
        HostPort head = found.head();
        RpcConnection connection = found.connection();
        NodeHello.Builder hello = node.hello().get().toBuilder();
        unreachable.forEach(other -> hello.addUnreachable(other.toMessage()));
        connection
                .call(Protocol.REGISTER_NODE, hello.build(), CALL_TIMEOUT)
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
        choice = choice.succeeded(head);
        problems.clear();
        registered = Optional.of(connection);
        leader = connection;
        reporting = false;
        acknowledged = Optional.empty();
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
        tellOnce(head, cause);
        dialAgain(choice.refused(head, named));
    }

    private void tellOnce(HostPort head, Throwable cause) {
        String problem = "cannot join the head at " + head + ": " + cause.getMessage();
        if (problems.add(problem)) {
            LOG.warn("{}", problem);
        } else {
            LOG.debug("{}", problem);
        }
    }

    private void dialAgain(HeadChoice next) {
        choice = next;
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
        sequence++;
        NodeReport complete =
                node.report().get().toBuilder().setSequence(sequence).build();
        Optional<NodeReport> same = acknowledged.filter(
                known -> known.toBuilder().setSequence(sequence).build().equals(complete));
        connection
                .call(Protocol.REPORT_NODE, same.map(this::sameAs).orElse(complete), CALL_TIMEOUT)
                .whenCompleteAsync(
                        (ack, failure) -> {
                            if (registered.filter(own -> own == connection).isEmpty()) {
                                return;
                            }
                            reporting = false;
                            if (failure == null) {
                                acknowledged = same.or(() -> Optional.of(complete));
                                report();
                            } else {
                                // It leads no more, or hangs; its successor is found by dialling anew.
                                leave(connection);
                                failed(connection.peer().address(), failure);
                            }
                        },
                        loop);
    }

    private NodeReport sameAs(NodeReport known) {
        return NodeReport.newBuilder()
                .setNode(known.getNode())
                .setAgentInstance(known.getAgentInstance())
                .setSequence(sequence)
                .setSameAs(known.getSequence())
                .build();
    }

    private void leave(RpcConnection connection) {
        registered = Optional.empty();
        leader = null;
        connection.close();
    }

    /** Asks the leader. Any thread. */
    @Override
    public CompletableFuture<GetArtifactResponse> read(GetArtifactRequest request) {
        return ask(Protocol.GET_ARTIFACT, request, ARTIFACT_TIMEOUT);
    }

    /** Asks the leader. Any thread. */
    public CompletableFuture<RenewLeaseResponse> renewLease(RenewLeaseRequest request) {
        return ask(Protocol.RENEW_LEASE, request, LEASE_TIMEOUT);
    }

    private <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> ask(
            RpcMethod<Q, R> method, Q request, Duration timeout) {
        RpcConnection connection = leader;
        return connection == null
                ? CompletableFuture.failedFuture(
                        OrreryException.of(ErrorCode.UNAVAILABLE, "no head leads that this node is connected to"))
                : connection.call(method, request, timeout);
    }

    @Override
    public void close() {
        closed = true;
        if (ticking != null) {
            ticking.cancel(false);
        }
        dials.close();
        registered.ifPresent(this::leave);
    }
}
