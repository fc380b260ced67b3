package dev.orrery.examples.model;

import dev.orrery.agent.desired.DesiredSets;
import dev.orrery.agent.supervisor.FoundWorker;
import dev.orrery.agent.supervisor.Supervisor;
import dev.orrery.agent.supervisor.SupervisorSettings;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.model.ModelledNode.Address;
import dev.orrery.examples.model.ModelledNode.Agent;
import dev.orrery.examples.model.ModelledNode.Launch;
import dev.orrery.examples.model.ModelledNode.Worker;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.HostPort;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.internal.proto.WorkerHello;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorkerWelcome;
import dev.orrery.nccl.HostOptions;
import dev.orrery.worker.WorkerAccess;
import dev.orrery.worker.actor.CallAccess;
import dev.orrery.worker.launch.GpuLaunch;
import dev.orrery.worker.launch.LaunchSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Runs what an agent and its workers do, one step at a time. */
final class NodeSteps {
    private static final int NO_END = Integer.MAX_VALUE;
    private static final int KILLED = 137;
    private static final HostOptions WORLDS = HostOptions.defaults();
    private static final Path NOWHERE = Path.of("/nowhere");

    private final Guards guards;
    private final NodeSurroundings surroundings = new NodeSurroundings();

    NodeSteps(Guards guards) {
        this.guards = guards;
    }

    /** The same step, with the agent killed after so many of its effects; empty when the step has no more than those. */
    Optional<ModelledNode> killedAfter(ModelledNode before, int effects, Consumer<ModelledNode> step) {
        ModelledNode node = GraphCopy.of(before);
        surroundings.begin(node, effects);
        step.accept(node);
        if (!surroundings.killed()) {
            return Optional.empty();
        }
        killAgent(node);
        return Optional.of(node);
    }

    ModelledNode after(ModelledNode before, Consumer<ModelledNode> step) {
        ModelledNode node = GraphCopy.of(before);
        surroundings.begin(node, NO_END);
        step.accept(node);
        settle(node);
        return node;
    }

    /** The agent sees at once which processes have ended, and reports at once what it has not reported. */
    private void settle(ModelledNode node) {
        node.agent.ifPresent(agent -> {
            Optional<String> ended = NodeView.endedUnseen(node, agent);
            while (ended.isPresent()) {
                agent.supervisor.touched(surroundings.folder(node.launches.get(ended.get()).life));
                ended = NodeView.endedUnseen(node, agent);
            }
            NodeReport report = agent.report();
            boolean news = agent.lastReport.filter(report::equals).isEmpty();
            if (agent.head.isPresent() && !agent.reporting && news) {
                agent.lastReport = Optional.of(report);
                agent.reporting = true;
                agent.sequence++;
            }
        });
        checkCalls(node);
    }

    void startAgent(ModelledNode node) {
        node.agents++;
        DesiredSets desired = loaded();
        Supervisor supervisor = new Supervisor(
                surroundings,
                surroundings,
                new SupervisorSettings(node.name, node.name, Duration.ofSeconds(10)),
                surroundings);
        List<FoundWorker> found =
                node.launches.values().stream().map(this::found).toList();
        supervisor.start(found, desired.current());
        node.agent = Optional.of(new Agent(node.name + "#" + node.agents, desired, supervisor));
    }

    private DesiredSets loaded() {
        DesiredSets desired = new DesiredSets(surroundings);
        desired.load();
        return desired;
    }

    private FoundWorker found(Launch launch) {
        LaunchSpec spec = new LaunchSpec(
                launch.nonce,
                launch.life,
                "",
                "node",
                "host",
                "host",
                HeadSteps.CLUSTER,
                NOWHERE,
                NOWHERE,
                NOWHERE,
                Duration.ofSeconds(1),
                WORLDS,
                GpuLaunch.none(),
                List.of());
        return new FoundWorker(
                spec,
                surroundings.folder(launch.life),
                surroundings.look(surroundings.folder(launch.life)),
                false,
                launch.cleared);
    }

    static void killAgent(ModelledNode node) {
        node.agent = Optional.empty();
        node.workers.values().forEach(worker -> worker.connection = 0);
    }

    /** A head has taken this node in; false when it must not be followed. */
    boolean joins(ModelledNode node, int head, long epoch) {
        Agent agent = node.agent.orElseThrow();
        try {
            agent.desired.joined(HeadSteps.CLUSTER, epoch);
        } catch (OrreryException e) {
            if (e.code() != ErrorCode.FENCED) {
                throw e;
            }
            return false;
        }
        node.connections++;
        agent.head = Optional.of(head);
        agent.connection = node.connections;
        agent.lastReport = Optional.empty();
        agent.reporting = false;
        return true;
    }

    void offered(ModelledNode node, DesiredSet set) {
        Agent agent = node.agent.orElseThrow();
        long before = epoch(node);
        if (follows(agent, set) && !surroundings.killed()) {
            agent.supervisor.apply(set);
        } else if (!guards.agentsRefuseOldEpochs() && set.getStamp().getEpoch() < before) {
            surroundings.write(set);
            agent.desired = loaded();
            agent.supervisor.apply(set);
        }
        if (epoch(node) < before) {
            node.violations.add("node %s follows epoch %d after epoch %d".formatted(node.name, epoch(node), before));
        }
    }

    boolean isOver(ModelledNode node, DesiredSet set) {
        Stamp followed = node.written.map(DesiredSet::getStamp).orElse(Stamp.getDefaultInstance());
        boolean sameEpoch = followed.getEpoch() == set.getStamp().getEpoch();
        boolean earlierEpoch = guards.agentsRefuseOldEpochs() && set.getStamp().getEpoch() < followed.getEpoch();
        return earlierEpoch || (sameEpoch && set.getStamp().getSequence() <= followed.getSequence());
    }

    private static long epoch(ModelledNode node) {
        return node.written.map(set -> set.getStamp().getEpoch()).orElse(0L);
    }

    private static boolean follows(Agent agent, DesiredSet set) {
        try {
            return agent.desired.offer(set);
        } catch (OrreryException e) {
            if (e.code() != ErrorCode.FENCED) {
                throw e;
            }
            return false;
        }
    }

    void heard(ModelledNode node) {
        Agent agent = node.agent.orElseThrow();
        agent.reporting = false;
    }

    /** The agent's reports are counted anew. */
    static ModelledNode recounted(ModelledNode before, Recount counts) {
        ModelledNode node = GraphCopy.of(before);
        node.agent.ifPresent(agent -> agent.sequence = counts.of(agent.sequence));
        return node;
    }

    /** A worker's process calls its agent, and says how far it is. */
    void callIn(ModelledNode node, String folder) {
        Agent agent = node.agent.orElseThrow();
        Worker worker = node.workers.get(folder);
        worker.connections++;
        worker.connection = worker.connections;
        WorkerHello hello = WorkerHello.newBuilder()
                .setNonce(worker.nonce)
                .setPid(worker.pid)
                .setLife(worker.life)
                .build();
        WorkerWelcome welcome = agent.supervisor.register(surroundings.connection(folder, worker.connection), hello);
        if (welcome.getSuperseded()) {
            node.exit(folder, 0);
            return;
        }
        if (welcome.hasDesired()) {
            assign(worker, welcome.getStamp(), welcome.getDesired());
        }
        open(node, folder);
        report(node, agent, folder);
    }

    static void assign(Worker worker, Stamp stamp, DesiredWorker desired) {
        if (WorkerAccess.follows(worker.life, worker.stamp, stamp, desired.getLife())) {
            worker.stamp = stamp;
            worker.desired = Optional.of(desired);
        }
    }

    private static void open(ModelledNode node, String folder) {
        Worker worker = node.workers.get(folder);
        worker.open = worker.desired.isPresent();
        if (worker.open) {
            node.addresses.put(folder, new Address(worker.life, worker.port));
        }
    }

    private void report(ModelledNode node, Agent agent, String folder) {
        Worker worker = node.workers.get(folder);
        HostPort address =
                HostPort.newBuilder().setHost(node.name).setPort(worker.port).build();
        agent.supervisor.reported(
                surroundings.connection(folder, worker.connection),
                worker.said.toBuilder()
                        .setLife(worker.life)
                        .setNonce(worker.nonce)
                        .setPid(worker.pid)
                        .setState(worker.open ? WorkerState.OPEN : WorkerState.OPENING)
                        .setDataAddress(address)
                        .setRpcAddress(address)
                        .build());
    }

    /** A worker has something new to tell. */
    void said(ModelledNode node, String folder, WorkerReport said) {
        Worker worker = node.workers.get(folder);
        worker.said = said;
        if (worker.connection != 0) {
            report(node, node.agent.orElseThrow(), folder);
        }
    }

    static void crash(ModelledNode node, String folder) {
        node.exit(folder, KILLED);
    }

    static void exit(ModelledNode node, String folder) {
        node.exit(folder, 0);
    }

    /** Whoever still knows the address of a life that is over may call whatever has the address now. */
    private void checkCalls(ModelledNode node) {
        for (Address known : node.addresses.values()) {
            for (Worker worker : node.workers.values()) {
                boolean reached = worker.open && worker.port == known.port() && !worker.life.equals(known.life());
                if (reached && (!guards.workersCheckLife() || CallAccess.takes(worker.life, known.life()))) {
                    node.violations.add("a call for %s at %s:%d is answered by %s"
                            .formatted(name(known.life()), node.name, known.port(), name(worker.life)));
                }
            }
        }
    }

    static String name(ActorLife life) {
        return life.getActor() + "#" + life.getIncarnation();
    }
}
