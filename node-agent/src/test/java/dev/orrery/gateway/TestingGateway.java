package dev.orrery.gateway;

import dev.orrery.error.Failure;
import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.GatewaySpec;
import dev.orrery.internal.proto.GatewayStatus;
import dev.orrery.internal.proto.GatewayStatusRequest;
import dev.orrery.internal.proto.PipelinePolicy;
import dev.orrery.internal.proto.RouteEdge;
import dev.orrery.internal.proto.RouteReplica;
import dev.orrery.internal.proto.RoutingTable;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.WorldManager;
import dev.orrery.tensor.Device;
import dev.orrery.testing.TestingWorldManager;
import dev.orrery.testing.TestingWorlds;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.launch.GpuLaunch;
import dev.orrery.worker.launch.LaunchSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A gateway of the one-stage pipeline {@code echo} with real sockets and worlds in memory. */
final class TestingGateway implements ActorEnvironment, AutoCloseable {
    static final Duration TIMEOUT = Duration.ofSeconds(10);
    static final long MAX_TENSOR_BYTES = 1_000;

    private static final ActorLife LIFE = TestingWorlds.life("gateway");

    final TestingWorlds worlds = new TestingWorlds();
    final GatewayActor actor = new GatewayActor();
    final CompletableFuture<Failure> fatal = new CompletableFuture<>();
    final CompletableFuture<String> superseded = new CompletableFuture<>();
    private final RpcTransport transport = new RpcTransport("test", 2);
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final TestingWorldManager manager = worlds.manager(this::onWorld);
    private final List<RouteReplica> replicas = new ArrayList<>();
    private final List<RouteEdge> edges = new ArrayList<>();
    private final CompletableFuture<HostPort> address = new CompletableFuture<>();
    private long version;

    void start() {
        transport.start();
        actor.start(this);
    }

    HostPort address() {
        return address.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    }

    private void onWorld(long world, WorldState state, Optional<Failure> cause) {
        if (state == WorldState.READY) {
            actor.onWorldReady(manager.world(world).orElseThrow());
        } else if (state != WorldState.FORMING) {
            actor.onWorldEnded(world, state, cause);
        }
    }

    /** A replica with both worlds READY, linked and in the table. Worlds are {@code number * 2} and the next. */
    TestingReplica addReplica(int number) {
        ActorLife life = TestingWorlds.life("echo-" + number);
        TestingReplica replica = new TestingReplica(life);
        WorldSpec in = TestingWorlds.edge(number * 2L, LIFE, life);
        WorldSpec out = TestingWorlds.edge(number * 2L + 1, life, LIFE);
        TestingWorldManager of = worlds.manager(replica::onWorld);
        replica.use(of);
        for (WorldSpec spec : List.of(in, out)) {
            var joined = of.join(spec, life);
            manager.join(spec, LIFE).join();
            joined.join();
        }
        replica.attach(connect("echo-" + number, replica.handlers()));
        replicas.add(RouteReplica.newBuilder()
                .setLife(life)
                .setReplica("echo-" + number)
                .setStage("echo")
                .setMaxInFlight(4)
                .build());
        edges.add(edge(in.getId(), LIFE, life));
        edges.add(edge(out.getId(), life, LIFE));
        version++;
        actor.onDesired(desired());
        return replica;
    }

    private static RouteEdge edge(long world, ActorLife from, ActorLife to) {
        return RouteEdge.newBuilder().setWorld(world).setFrom(from).setTo(to).build();
    }

    RpcConnection connect(String name, RpcHandlers handlers) {
        RpcIdentity identity = new RpcIdentity("orrery", PeerRole.WORKER, name, secret());
        return new RpcClient(transport, identity, RpcLimits.defaults(), handlers)
                .connect(address(), TIMEOUT)
                .join();
    }

    GatewayStatus status(RpcConnection connection) {
        return connection
                .call(Protocol.GATEWAY_STATUS, GatewayStatusRequest.getDefaultInstance(), TIMEOUT)
                .join();
    }

    WorkerReport report() {
        WorkerReport.Builder report = WorkerReport.newBuilder();
        actor.contributeTo(report);
        return report.build();
    }

    private static ClusterSecret secret() {
        return new ClusterSecret("sixteen bytes or more".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Override
    public LaunchSpec launch() {
        Path here = Path.of("target");
        return new LaunchSpec(
                "nonce",
                LIFE,
                "echo/gateway",
                "node-1",
                "127.0.0.1",
                "127.0.0.1",
                "orrery",
                here,
                here,
                here,
                Duration.ofMinutes(10),
                HostOptions.defaults(),
                GpuLaunch.none(),
                List.of());
    }

    @Override
    public ActorLife life() {
        return LIFE;
    }

    @Override
    public DesiredWorker desired() {
        RoutingTable table = RoutingTable.newBuilder()
                .setEpoch(1)
                .setVersion(version)
                .addAllReplicas(replicas)
                .addAllEdges(edges)
                .build();
        return DesiredWorker.newBuilder()
                .setLife(LIFE)
                .setSpec(ActorSpec.newBuilder()
                        .setPipeline("echo")
                        .setGateway(GatewaySpec.newBuilder().addStages("echo"))
                        .setPolicy(PipelinePolicy.newBuilder()
                                .setMaxTensorBytes(MAX_TENSOR_BYTES)
                                .setDefaultDeadlineMillis(TIMEOUT.toMillis())))
                .setRouting(table)
                .build();
    }

    @Override
    public WorldManager worlds() {
        return manager;
    }

    @Override
    public List<Device> devices() {
        return List.of();
    }

    @Override
    public RpcTransport transport() {
        return transport;
    }

    @Override
    public RpcIdentity identity() {
        return new RpcIdentity("orrery", PeerRole.WORKER, "gateway", secret());
    }

    @Override
    public NanoClock clock() {
        return NanoClock.SYSTEM;
    }

    @Override
    public ScheduledExecutorService timers() {
        return timers;
    }

    @Override
    public List<HostPort> heads() {
        return List.of();
    }

    @Override
    public CompletableFuture<Duration> renewLease() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void changed() {
        WorkerReport report = report();
        if (report.hasRpcAddress()) {
            address.complete(HostPort.of(report.getRpcAddress()));
        }
    }

    @Override
    public void fatal(Failure failure) {
        fatal.complete(failure);
    }

    @Override
    public void superseded(String how) {
        superseded.complete(how);
    }

    @Override
    public void close() {
        actor.stop().orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
        timers.shutdownNow();
        transport.close();
    }
}
