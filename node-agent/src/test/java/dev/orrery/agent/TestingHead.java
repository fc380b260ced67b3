package dev.orrery.agent;

import com.google.protobuf.ByteString;
import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.DesiredSetAck;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.GetArtifactResponse;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.NodeReportAck;
import dev.orrery.internal.proto.NodeWelcome;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.internal.rpc.RpcTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A head that welcomes every agent and remembers what it reports. */
final class TestingHead implements AutoCloseable {
    static final String CLUSTER = "cluster-uuid";
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final RpcTransport transport = new RpcTransport("testing-head", 1);
    private final RpcServer server;
    private final List<NodeHello> hellos = new ArrayList<>();
    private final List<NodeReport> reports = new ArrayList<>();
    private RpcConnection agent;
    private byte[] artifact = new byte[0];
    private long sequence;

    TestingHead(ClusterSecret secret) {
        RpcHandlers handlers = RpcHandlers.builder()
                .on(Protocol.REGISTER_NODE, this::register)
                .on(Protocol.REPORT_NODE, this::report)
                .on(
                        Protocol.GET_ARTIFACT,
                        (connection, request) -> CompletableFuture.completedFuture(GetArtifactResponse.newBuilder()
                                .setSize(artifact.length)
                                .setData(ByteString.copyFrom(
                                        artifact,
                                        (int) request.getOffset(),
                                        Math.min(request.getMaxBytes(), artifact.length - (int) request.getOffset())))
                                .build()))
                .build();
        server = new RpcServer(
                transport,
                new RpcIdentity("orrery", PeerRole.HEAD, "head-1", secret),
                RpcLimits.defaults(),
                new HostPort("127.0.0.1", 0),
                handlers);
    }

    HostPort start() {
        transport.start();
        return server.start();
    }

    void artifact(byte[] bytes) {
        artifact = bytes.clone();
    }

    private synchronized CompletableFuture<NodeWelcome> register(RpcConnection connection, NodeHello hello) {
        agent = connection;
        hellos.add(hello);
        reports.clear();
        notifyAll();
        return CompletableFuture.completedFuture(NodeWelcome.newBuilder()
                .setCluster(CLUSTER)
                .setEpoch(1)
                .setHead("head-1")
                .build());
    }

    private synchronized CompletableFuture<NodeReportAck> report(RpcConnection connection, NodeReport report) {
        reports.add(report.getSameAs() == 0 ? report : same(report));
        notifyAll();
        return CompletableFuture.completedFuture(
                NodeReportAck.newBuilder().setEpoch(1).build());
    }

    /** As if it had been sent completely. */
    private NodeReport same(NodeReport report) {
        return reports.stream()
                .filter(known -> known.getSequence() == report.getSameAs())
                .findFirst()
                .orElseThrow()
                .toBuilder()
                .setSequence(report.getSequence())
                .build();
    }

    static DesiredWorker worker(ActorLife life, String label) {
        return DesiredWorker.newBuilder().setLife(life).setLabel(label).build();
    }

    /** Sends the next desired set to the agent that registered last. */
    DesiredSetAck send(DesiredWorker... workers) throws Exception {
        DesiredSet set = DesiredSet.newBuilder()
                .setStamp(Stamp.newBuilder().setCluster(CLUSTER).setEpoch(1).setSequence(++sequence))
                .addAllWorkers(List.of(workers))
                .build();
        return send(set);
    }

    DesiredSetAck send(DesiredSet set) throws Exception {
        return agent().call(Protocol.DESIRED_SET, set, PATIENCE).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private synchronized RpcConnection agent() {
        return agent;
    }

    synchronized NodeHello awaitRegistration(int number) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (hellos.size() < number && System.nanoTime() < end) {
            wait(10);
        }
        if (hellos.size() < number) {
            throw new AssertionError("only " + hellos.size() + " registrations");
        }
        return hellos.get(number - 1);
    }

    /** The newest report once it satisfies the condition. */
    synchronized NodeReport await(String what, Predicate<NodeReport> condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            if (!reports.isEmpty() && condition.test(reports.get(reports.size() - 1))) {
                return reports.get(reports.size() - 1);
            }
            wait(10);
        }
        throw new AssertionError("waited for " + what + ", newest report: "
                + (reports.isEmpty() ? "none" : reports.get(reports.size() - 1)));
    }

    WorkerReport await(ActorLife life, WorkerState state) throws InterruptedException {
        NodeReport report = await(life.getActor() + " " + state, newest -> find(newest, life)
                .filter(worker -> worker.getState() == state)
                .isPresent());
        return find(report, life).orElseThrow();
    }

    static Optional<WorkerReport> find(NodeReport report, ActorLife life) {
        return report.getWorkersList().stream()
                .filter(worker -> worker.getLife().equals(life))
                .findFirst();
    }

    synchronized List<NodeReport> reports() {
        return List.copyOf(reports);
    }

    @Override
    public void close() {
        server.close();
        transport.close();
    }
}
