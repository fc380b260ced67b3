package dev.orrery.benchmarks.control.agents;

import dev.orrery.agent.link.HeadLink;
import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.DesiredSetAck;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.HostPort;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcTransport;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A node: the link of a real agent, and workers that are only told of. All but the constructor runs on its loop. */
final class SimulatedNode {
    private static final Duration HEARTBEAT = Duration.ofMillis(500);
    private static final Duration STEP = Duration.ofMillis(20);
    private static final long MILLI_CPUS = 64_000;
    private static final int FIRST_PORT = 20_000;

    private final String name;
    private final ScheduledExecutorService loop;
    private final HeadLink link;
    private final Map<ActorLife, SimulatedWorker> workers = new LinkedHashMap<>();
    private Stamp applied = Stamp.getDefaultInstance();
    private int launches;
    private boolean stepIsDue;
    private boolean lost;

    /** What the whole of this node is at; for any thread. */
    private volatile NodeProgress progress = NodeProgress.NONE;

    SimulatedNode(
            String name,
            String cluster,
            ClusterSecret secret,
            List<dev.orrery.internal.rpc.HostPort> heads,
            RpcTransport transport,
            ScheduledExecutorService loop) {
        this.name = name;
        this.loop = loop;
        RpcHandlers handlers = RpcHandlers.builder()
                .on(Protocol.DESIRED_SET, (connection, set) -> CompletableFuture.supplyAsync(() -> take(set), loop))
                .build();
        RpcIdentity identity = new RpcIdentity(cluster, PeerRole.AGENT, name, secret);
        RpcClient client = new RpcClient(transport, identity, RpcLimits.defaults(), handlers);
        this.link = new HeadLink(
                client::connect,
                loop,
                heads,
                HEARTBEAT,
                new HeadLink.Node(this::hello, this::report, (uuid, epoch) -> {}));
    }

    void start() {
        link.start();
    }

    /** The host is gone, with all on it. */
    void lose() {
        lost = true;
        workers.clear();
        link.close();
        progress = NodeProgress.NONE;
    }

    NodeProgress progress() {
        return progress;
    }

    private NodeHello hello() {
        return NodeHello.newBuilder()
                .setNode(name)
                .setAgentInstance(name + "-1")
                .setBootId("simulated")
                .setResources(Resources.newBuilder().setMilliCpus(MILLI_CPUS))
                .setHost(name)
                .setKnownCluster(applied.getCluster())
                .build();
    }

    private NodeReport report() {
        NodeReport.Builder report = NodeReport.newBuilder()
                .setNode(name)
                .setAgentInstance(name + "-1")
                .setApplied(applied)
                .setAdoptionFinished(true);
        workers.values().forEach(worker -> report.addWorkers(worker.report()));
        return report.build();
    }

    private DesiredSetAck take(DesiredSet set) {
        Stamp stamp = set.getStamp();
        boolean newer = stamp.getEpoch() > applied.getEpoch()
                || (stamp.getEpoch() == applied.getEpoch() && stamp.getSequence() > applied.getSequence());
        if (newer && !lost) {
            applied = stamp;
            follow(set);
            tell();
        }
        return DesiredSetAck.newBuilder().setApplied(applied).build();
    }

    private void follow(DesiredSet set) {
        Map<ActorLife, SimulatedWorker> before = new LinkedHashMap<>(workers);
        workers.clear();
        for (DesiredWorker desired : set.getWorkersList()) {
            SimulatedWorker worker = before.get(desired.getLife());
            if (worker == null) {
                worker = launch(desired);
            }
            worker.tell(desired);
            workers.put(desired.getLife(), worker);
        }
        stepSoon();
    }

    private SimulatedWorker launch(DesiredWorker desired) {
        launches++;
        HostPort address = HostPort.newBuilder()
                .setHost(name)
                .setPort(FIRST_PORT + launches % FIRST_PORT)
                .build();
        return new SimulatedWorker(desired, address, System.nanoTime());
    }

    private void stepSoon() {
        if (!stepIsDue && workers.values().stream().anyMatch(SimulatedWorker::isBusy)) {
            stepIsDue = true;
            loop.schedule(this::step, STEP.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void step() {
        stepIsDue = false;
        long now = System.nanoTime();
        long moved =
                workers.values().stream().filter(worker -> worker.step(now)).count();
        if (moved > 0 && !lost) {
            tell();
        }
        stepSoon();
    }

    private void tell() {
        int open =
                (int) workers.values().stream().filter(SimulatedWorker::isOpen).count();
        int worlds = workers.values().stream().mapToInt(SimulatedWorker::worlds).sum();
        progress = new NodeProgress(applied.getEpoch(), open, worlds, launches);
        link.changed();
    }
}
