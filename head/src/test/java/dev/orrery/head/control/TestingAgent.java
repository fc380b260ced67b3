package dev.orrery.head.control;

import com.google.protobuf.MessageLite;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.DesiredSetAck;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.NodeGpus;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.ReadLogsRequest;
import dev.orrery.internal.proto.ReadLogsResponse;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcMethod;
import dev.orrery.testing.TestingConnection;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A node: its agent, which keeps to desired sets and reports, and its workers, which outlive the agent. */
final class TestingAgent {
    final String node;
    final Map<ActorLife, TestingWorker> workers = new LinkedHashMap<>();
    private final Resources resources;
    private NodeGpus gpus = NodeGpus.getDefaultInstance();
    private final Consumer<TestingWorker> onLaunch;
    private Stamp applied = Stamp.getDefaultInstance();
    private DesiredSet desired = DesiredSet.getDefaultInstance();
    private int instance = 1;
    private long sequence;
    private int stepsToAdopt;
    /** The agent process is down; its workers run. */
    boolean down;
    /** The host is gone, with all on it. */
    boolean hostDown;

    private Optional<ControlPlane> head = Optional.empty();
    private Optional<Link> link = Optional.empty();
    private Optional<NodeReport> lastReport = Optional.empty();
    private int stepsSinceReport;
    int launches;

    TestingAgent(String node, long milliCpus, int gpus, Consumer<TestingWorker> onLaunch) {
        this.node = node;
        this.resources =
                Resources.newBuilder().setMilliCpus(milliCpus).setGpus(gpus).build();
        this.onLaunch = onLaunch;
    }

    /** From its next registration on it has those GPUs, by UUID. */
    TestingAgent gpus(NodeGpus found) {
        gpus = found;
        return this;
    }

    /** Registers at that head. Its connection to another one ends. */
    void dial(ControlPlane leader) {
        hangUp();
        head = Optional.of(leader);
        Link dialled = new Link();
        link = Optional.of(dialled);
        leader.registerNode(
                dialled,
                NodeHello.newBuilder()
                        .setNode(node)
                        .setAgentInstance(node + "-" + instance)
                        .setResources(
                                gpus.getGpusCount() == 0
                                        ? resources
                                        : resources.toBuilder()
                                                .setGpus(gpus.getGpusCount() * gpus.getShare())
                                                .build())
                        .setGpus(gpus)
                        .setHost("host-" + node)
                        .setKnownCluster(applied.getCluster())
                        .build());
        lastReport = Optional.empty();
        stepsSinceReport = 1000;
    }

    /** Registers anew while its connection is still open; that ends when what is returned runs. */
    Runnable dialAgain(ControlPlane leader) {
        Link before = link.orElseThrow();
        link = Optional.empty();
        dial(leader);
        return before::close;
    }

    void hangUp() {
        link.ifPresent(Link::close);
        head = Optional.empty();
    }

    boolean isConnectedTo(ControlPlane leader) {
        return head.filter(known -> known == leader).isPresent();
    }

    void restartAgent() {
        hangUp();
        instance++;
        sequence = 0;
        stepsToAdopt = 3;
        down = false;
    }

    void killHost() {
        hangUp();
        hostDown = true;
        // A restarted agent knows from its records that they were launched, and reports that they are no more.
        workers.values().forEach(worker -> worker.exit("host", "gone"));
    }

    void startHost() {
        hostDown = false;
        restartAgent();
    }

    /** What the agent and its workers do by themselves within one step. */
    void step(TestingWorlds network) {
        if (hostDown) {
            return;
        }
        workers.values().forEach(worker -> worker.step(network));
        if (!down) {
            stepsToAdopt = Math.max(0, stepsToAdopt - 1);
            keepTo(desired);
            report();
        }
    }

    private void keepTo(DesiredSet set) {
        Map<ActorLife, DesiredWorker> named = set.getWorkersList().stream()
                .collect(Collectors.toMap(DesiredWorker::getLife, worker -> worker, (a, b) -> a, LinkedHashMap::new));
        Set<ActorLife> unnamed = new HashSet<>(workers.keySet());
        unnamed.removeAll(named.keySet());
        for (ActorLife life : unnamed) {
            workers.remove(life).exit("stopped", "not wanted any more");
        }
        for (DesiredWorker worker : named.values()) {
            TestingWorker running = workers.get(worker.getLife());
            if (running == null) {
                running = new TestingWorker(worker);
                workers.put(worker.getLife(), running);
                launches++;
                onLaunch.accept(running);
            }
            running.desired = worker;
        }
    }

    private void report() {
        if (head.isEmpty()) {
            return;
        }
        NodeReport.Builder report = NodeReport.newBuilder()
                .setNode(node)
                .setAgentInstance(node + "-" + instance)
                .setApplied(applied)
                .setAdoptionFinished(stepsToAdopt == 0);
        if (stepsToAdopt == 0) {
            workers.values().forEach(worker -> report.addWorkers(worker.report()));
        }
        stepsSinceReport++;
        if (stepsSinceReport >= 10 || !lastReport.equals(Optional.of(report.build()))) {
            lastReport = Optional.of(report.build());
            stepsSinceReport = 0;
            sequence++;
            head.get().reportNode(report.setSequence(sequence).build()).whenComplete((ack, failure) -> {
                if (failure != null) {
                    hangUp();
                }
            });
        }
    }

    private void take(DesiredSet set) {
        boolean newer = set.getStamp().getEpoch() > applied.getEpoch()
                || (set.getStamp().getEpoch() == applied.getEpoch()
                        && set.getStamp().getSequence() > applied.getSequence());
        if (newer && !down && !hostDown) {
            desired = set;
            applied = set.getStamp();
        }
    }

    /** The connection that the agent dialled, seen from the head. */
    private final class Link extends TestingConnection {
        private Link() {
            super(PeerRole.AGENT, node);
        }

        @Override
        public <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> call(
                RpcMethod<Q, R> method, Q request, Duration timeout) {
            if (request instanceof ReadLogsRequest logs) {
                return answer(
                        method,
                        ReadLogsResponse.newBuilder()
                                .setLookedAt(logs.getRangesCount())
                                .build());
            }
            take((DesiredSet) request);
            return answer(method, DesiredSetAck.newBuilder().setApplied(applied).build());
        }

        private static <R extends MessageLite> CompletableFuture<R> answer(
                RpcMethod<?, R> method, MessageLite response) {
            try {
                return CompletableFuture.completedFuture(method.responseParser().parseFrom(response.toByteString()));
            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                return CompletableFuture.failedFuture(e);
            }
        }
    }
}
