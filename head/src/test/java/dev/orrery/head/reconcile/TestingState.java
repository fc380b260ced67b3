package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.NodeState;
import dev.orrery.head.state.PipelineState;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.head.state.WorldState;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Gpu;
import dev.orrery.internal.proto.NodeGpus;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.PipelinePolicy;
import dev.orrery.internal.proto.PipelineSpec;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorldMember;
import dev.orrery.internal.proto.WorldSpec;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A state made by hand, and a clock turned by hand, to run one reconciler on. */
final class TestingState implements Told {
    static final long EPOCH = 7;
    static final PipelinePolicy POLICY = PipelinePolicy.newBuilder()
            .setMaxRestarts(2)
            .setRestartWindowMillis(60_000)
            .setOpenTimeoutMillis(20_000)
            .setDrainDeadlineMillis(30_000)
            .build();

    final Records records = new Records();
    final Observed observed = new Observed();
    final Memory memory = new Memory();
    final Ids ids = new Ids(EPOCH);
    /** What the nodes were told, as far as reconcilers ask. */
    final Set<ActorLife> known = new HashSet<>();

    final Set<ActorLife> dropped = new HashSet<>();
    final Set<ActorLife> routedAround = new HashSet<>();
    private final Map<String, Map<ActorLife, WorkerReport>> reports = new HashMap<>();
    private final Map<String, String> obstacles = new HashMap<>();
    private long sequence;
    private final long takenOver = 5_000_000_000L;
    long now = takenOver;

    ClusterState state() {
        return new ClusterState(EPOCH, takenOver, Settings.defaults(), records, observed, memory, this, ids);
    }

    Plan run(Reconciler reconciler) {
        Draft draft = new Draft(state(), now);
        reconciler.reconcile(draft);
        return draft.plan();
    }

    /** As if the plan had been committed. */
    Plan commit(Reconciler reconciler) {
        Plan plan = run(reconciler);
        records.apply(plan.writes());
        memory.apply(plan.notes());
        memory.refresh(records, now);
        return plan;
    }

    TestingState after(Duration time) {
        now += time.toNanos();
        return this;
    }

    TestingState node(String name, NodeState state, long milliCpus) {
        write(Write.put(NodeRecord.newBuilder()
                .setNode(name)
                .setState(state.name())
                .setHost("host-" + name)
                .setResources(Resources.newBuilder().setMilliCpus(milliCpus))
                .build()));
        return this;
    }

    TestingState registered(String name, long milliCpus) {
        observed.registered(
                NodeHello.newBuilder()
                        .setNode(name)
                        .setAgentInstance(name)
                        .setHost("host-" + name)
                        .setResources(Resources.newBuilder().setMilliCpus(milliCpus))
                        .build(),
                now);
        return this;
    }

    /** A node of 4 CPUs that is ALIVE, reported, and has those GPUs and NCCL 2.30.7. */
    TestingState aliveWithGpus(String name, int share, String... uuids) {
        NodeGpus.Builder gpus = NodeGpus.newBuilder().setShare(share).setNcclVersion(23_007);
        List.of(uuids)
                .forEach(uuid -> gpus.addGpus(Gpu.newBuilder().setUuid(uuid).setName("H100")));
        observed.registered(
                NodeHello.newBuilder()
                        .setNode(name)
                        .setAgentInstance(name)
                        .setHost("host-" + name)
                        .setResources(Resources.newBuilder().setMilliCpus(4000).setGpus(share * uuids.length))
                        .setGpus(gpus)
                        .build(),
                now);
        heard(name).commit(new NodeReconciler());
        return this;
    }

    /** A node that is ALIVE, and told that it has this. */
    TestingState alive(String name, Resources resources, Map<String, String> labels) {
        observed.registered(
                NodeHello.newBuilder()
                        .setNode(name)
                        .setAgentInstance(name)
                        .setHost("host-" + name)
                        .setResources(resources)
                        .putAllLabels(labels)
                        .build(),
                now);
        heard(name).commit(new NodeReconciler());
        return this;
    }

    /** A node that is ALIVE and reported nothing yet but that. */
    TestingState alive(String name) {
        return node(name, NodeState.ALIVE, 4000).registered(name, 4000).heard(name);
    }

    /** Says again what was said before. */
    TestingState heard(String node) {
        sequence++;
        observed.reported(
                NodeReport.newBuilder()
                        .setNode(node)
                        .setAgentInstance(node)
                        .setSequence(sequence)
                        .setAdoptionFinished(true)
                        .setCannotLaunch(obstacles.getOrDefault(node, ""))
                        .addAllWorkers(reports.getOrDefault(node, Map.of()).values())
                        .build(),
                now);
        return this;
    }

    TestingState reports(String node, WorkerReport.Builder report) {
        reports.computeIfAbsent(node, name -> new HashMap<>()).put(report.getLife(), report.build());
        return heard(node);
    }

    /** The node reports why it can launch nothing; empty: it can. */
    TestingState cannotLaunch(String node, String why) {
        obstacles.put(node, why);
        return heard(node);
    }

    /** The node reports that nothing runs there. */
    TestingState forget(String node) {
        reports.remove(node);
        return heard(node);
    }

    TestingState pipeline(PipelineState state, StageSpec... stages) {
        write(Write.put(PipelineRecord.newBuilder()
                .setSpec(PipelineSpec.newBuilder()
                        .setName("embed")
                        .addAllStages(List.of(stages))
                        .setPolicy(POLICY))
                .setState(state.name())
                .setGatewayActor("gw")
                .setGeneration(1)
                .build()));
        return this;
    }

    static StageSpec stage(String name, int replicas) {
        return StageSpec.newBuilder()
                .setName(name)
                .setReplicas(replicas)
                .setMinReplicas(1)
                .setMaxReplicas(8)
                .setResources(Resources.newBuilder().setMilliCpus(1000))
                .build();
    }

    TestingState gateway(ActorState state) {
        return actor("gw", "gateway", "", state, "n1");
    }

    TestingState actor(String id, String name, String stage, ActorState state, String node) {
        boolean started = state != ActorState.PENDING;
        write(Write.put(ActorRecord.newBuilder()
                .setActor(id)
                .setLabel("embed/" + name)
                .setState(state.name())
                .setIncarnation(started ? 1 : 0)
                .setNode(node)
                .setPipeline("embed")
                .setStage(stage)
                .build()));
        return this;
    }

    /** A replica called {@code name} with an actor of the same id. */
    TestingState replica(String name, ReplicaState state, ActorState actor) {
        String stage = name.substring(0, name.lastIndexOf('-'));
        boolean placed = actor == ActorState.STARTING || actor == ActorState.ALIVE || actor == ActorState.DRAINING;
        actor(name, name, stage, actor, placed ? "n1" : "");
        write(Write.put(ReplicaRecord.newBuilder()
                .setPipeline("embed")
                .setReplica(name)
                .setStage(stage)
                .setActor(name)
                .setState(state.name())
                .build()));
        return this;
    }

    TestingState world(long id, WorldState state, String upstream, String downstream) {
        WorldSpec spec = WorldSpec.newBuilder()
                .setId(id)
                .addMembers(member(0, upstream))
                .addMembers(member(1, downstream))
                .setFormingTimeoutMillis(5_000)
                .build();
        write(Write.put(WorldRecord.newBuilder()
                .setSpec(spec)
                .setState(state.toMessage())
                .setPipeline("embed")
                .build()));
        return this;
    }

    private static WorldMember member(int rank, String actor) {
        return WorldMember.newBuilder()
                .setRank(rank)
                .setLife(life(actor, 1))
                .setLabel("embed/" + actor)
                .build();
    }

    /** A world of this epoch. */
    static long world(int number) {
        return (EPOCH << 32) | number;
    }

    void write(Write write) {
        records.apply(write);
        memory.refresh(records, now);
    }

    static ActorLife life(String actor, long incarnation) {
        return ActorLife.newBuilder()
                .setActor(actor)
                .setIncarnation(incarnation)
                .build();
    }

    ActorRecord actor(String id) {
        return records.actor(id).orElseThrow();
    }

    String pipelineState() {
        return records.pipeline("embed").orElseThrow().getState();
    }

    String replicaState(String name) {
        return records.replicas("embed").stream()
                .filter(replica -> replica.getReplica().equals(name))
                .map(ReplicaRecord::getState)
                .findFirst()
                .orElse("none");
    }

    @Override
    public boolean knows(String node, ActorLife life) {
        return known.contains(life);
    }

    @Override
    public boolean dropped(String node, ActorLife life) {
        return dropped.contains(life);
    }

    @Override
    public boolean routesAround(String pipeline, ActorLife life, long routingEpoch, long routingVersion) {
        return routedAround.contains(life);
    }
}
