package dev.orrery.benchmarks.control;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.DeployRequest;
import dev.orrery.internal.proto.DeployResponse;
import dev.orrery.internal.proto.DescribeClusterRequest;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcTransport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Asks the leader. For one thread. */
final class Driver implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long PAUSE_MILLIS = 100;
    private static final int DEPLOYS_AT_ONCE = 64;

    private final List<HostPort> heads;
    private final RpcTransport transport = new RpcTransport("driver", 1);
    private RpcClient client;

    Driver(List<HostPort> heads) {
        this.heads = heads;
    }

    void start(Path secretFile) {
        transport.start();
        RpcIdentity identity =
                new RpcIdentity(ControlCluster.NAME, PeerRole.DRIVER, "bench-control", SecretFile.read(secretFile));
        client = new RpcClient(transport, identity, RpcLimits.defaults(), RpcHandlers.none());
    }

    /** All of them, some at a time. */
    void deploy(int pipelines) throws IOException, InterruptedException {
        HostPort leader = HostPort.of(describe().getLeaderAddress());
        RpcConnection connection = client.connect(leader, CONNECT_TIMEOUT).join();
        try {
            for (int from = 0; from < pipelines; from += DEPLOYS_AT_ONCE) {
                List<CompletableFuture<DeployResponse>> answers = new ArrayList<>();
                for (int i = from; i < Math.min(pipelines, from + DEPLOYS_AT_ONCE); i++) {
                    DeployRequest request = DeployRequest.newBuilder()
                            .setOperation("deploy-" + i)
                            .setPipeline(PipelineShape.spec(i))
                            .build();
                    answers.add(connection.call(Protocol.DEPLOY, request, TIMEOUT));
                }
                answers.forEach(CompletableFuture::join);
            }
        } catch (CompletionException e) {
            throw new IOException(
                    "pipelines cannot be deployed: " + e.getCause().getMessage(), e);
        } finally {
            connection.close();
        }
    }

    /** What the leader tells, once there is one. */
    ClusterView describe() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - end < 0) {
            for (HostPort head : heads) {
                Optional<ClusterView> view = describe(head);
                if (view.isPresent()) {
                    return view.get();
                }
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        throw OrreryException.of(
                ErrorCode.UNAVAILABLE, "none of " + heads + " leads after " + PATIENCE.toSeconds() + " s");
    }

    private Optional<ClusterView> describe(HostPort head) {
        try {
            RpcConnection connection = client.connect(head, CONNECT_TIMEOUT).join();
            try {
                return Optional.of(connection
                        .call(Protocol.DESCRIBE_CLUSTER, DescribeClusterRequest.getDefaultInstance(), TIMEOUT)
                        .join());
            } finally {
                connection.close();
            }
        } catch (CompletionException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        transport.close();
    }
}
