package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.NodeState;
import dev.orrery.head.state.PipelineState;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.NodeChoice.Policy;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where actors go that need more of a node than CPUs and GPUs, or not any node. Nodes have four CPUs. */
class NodeChoiceTest {
    private static final long GIB = 1L << 30;

    private final TestingState state = new TestingState();
    private final ActorReconciler reconciler = new ActorReconciler();

    private static Resources.Builder node(long memory, long milliTpus) {
        Resources.Builder resources = Resources.newBuilder().setMilliCpus(4_000).setMemoryBytes(memory);
        return milliTpus == 0 ? resources : resources.putMilliNamed("tpu", milliTpus);
    }

    private void twoNodes() {
        state.alive("n1", node(2 * GIB, 0).build(), Map.of("zone", "a", "disk", "ssd"));
        state.alive("n2", node(8 * GIB, 1_000).build(), Map.of("zone", "b"));
    }

    private static Resources.Builder cpus(long milliCpus) {
        return Resources.newBuilder().setMilliCpus(milliCpus);
    }

    private void pending(String id, Resources.Builder resources, NodeChoice.Builder choice) {
        state.write(Write.put(ActorRecord.newBuilder()
                .setActor(id)
                .setLabel(id)
                .setState(ActorState.PENDING.name())
                .setSpec(PlainActorSpec.newBuilder()
                        .setName(id)
                        .setOpenTimeoutMillis(5_000)
                        .setMaxRestarts(5)
                        .setRestartWindowMillis(60_000)
                        .setResources(resources)
                        .setNodeChoice(choice))
                .build()));
    }

    /** Its node, or nothing. */
    private String placed(String id, Resources.Builder resources, NodeChoice.Builder choice) {
        pending(id, resources, choice);
        state.commit(reconciler);
        return nodeOf(id);
    }

    private String placed(String id, Resources.Builder resources) {
        return placed(id, resources, NodeChoice.newBuilder());
    }

    private static NodeChoice.Builder policy(Policy policy) {
        return NodeChoice.newBuilder().setPolicy(policy);
    }

    private String nodeOf(String id) {
        return state.actor(id).getNode();
    }

    private Rooms rooms() {
        return new Rooms(state.records, state.observed, Settings.defaults());
    }

    private boolean neverFits(String id) {
        return rooms().neverFits(state.actor(id));
    }

    private String whyNot(String id) {
        return rooms().explain(state.actor(id));
    }

    private void ends(String id) {
        ActorRecord actor = state.actor(id);
        state.reports(
                actor.getNode(),
                WorkerReport.newBuilder()
                        .setLife(Lives.lifeOf(actor))
                        .setState(WorkerState.EXITED)
                        .setFailure(Failure.newBuilder().setKind("exit").setMessage("0")));
        state.write(Write.put(
                actor.toBuilder().setState(ActorState.DEAD.name()).clearNode().build()));
    }

    @Test
    void memoryIsSetAsideAndFreeAgain() {
        twoNodes();
        assertEquals("n2", placed("large", cpus(0).setMemoryBytes(6 * GIB)));
        assertEquals("", placed("other", cpus(0).setMemoryBytes(3 * GIB)));
        assertEquals(
                "actor 'other' needs 0 cpus, 0 gpus, 3 GiB memory; free: n1 4 cpus 0 gpus 2 GiB memory, n2 4 cpus 0 gpus"
                        + " 2 GiB memory",
                whyNot("other"));
        assertFalse(neverFits("other"), "it fits once the other has ended");
        assertEquals(6 * GIB, rooms().used("n2").getMemoryBytes());
        ends("large");
        state.commit(reconciler);
        assertEquals("n2", nodeOf("other"));
        assertEquals("", placed("never", cpus(0).setMemoryBytes(9 * GIB)));
        assertTrue(neverFits("never"));
        assertTrue(whyNot("never").endsWith("; no node has more memory than n2: 8 GiB in all"), whyNot("never"));
    }

    @Test
    void namedResourcesAreSharedByThousandths() {
        twoNodes();
        assertEquals("n2", placed("one", cpus(0).putMilliNamed("tpu", 500)));
        assertEquals("n2", placed("two", cpus(0).putMilliNamed("tpu", 500)));
        assertEquals("", placed("three", cpus(0).putMilliNamed("tpu", 1)));
        assertEquals(
                "actor 'three' needs 0 cpus, 0 gpus, 0.001 tpu; free: n1 4 cpus 0 gpus 0 tpu, n2 4 cpus 0 gpus 0 tpu",
                whyNot("three"));
        assertFalse(neverFits("three"));
        assertEquals(Map.of("tpu", 1_000L), rooms().used("n2").getMilliNamedMap());
        assertEquals("", placed("unknown", cpus(0).putMilliNamed("license", 1_000)));
        assertTrue(neverFits("unknown"));
        assertTrue(whyNot("unknown").endsWith("; no node has license"), whyNot("unknown"));
    }

    @Test
    void whoeverWaitsForATaskLendsItsCpusOnly() {
        twoNodes();
        placed("parent", cpus(4_000).setMemoryBytes(8 * GIB).putMilliNamed("tpu", 1_000));
        state.reports(
                "n2",
                WorkerReport.newBuilder()
                        .setLife(Lives.lifeOf(state.actor("parent")))
                        .setState(WorkerState.OPEN)
                        .setLendsCpus(true));
        NodeChoice.Builder there = NodeChoice.newBuilder().setNode("n2");
        assertEquals("n2", placed("cpus", cpus(4_000), there));
        assertEquals("", placed("memory", cpus(0).setMemoryBytes(1), there));
        assertEquals("", placed("tpu", cpus(0).putMilliNamed("tpu", 1), there));
    }

    @Test
    void allLabelsAreAskedFor() {
        twoNodes();
        assertEquals("n2", placed("b", cpus(100), NodeChoice.newBuilder().putLabels("zone", "b")));
        assertEquals("n2", placed("b2", cpus(100), NodeChoice.newBuilder().putLabels("zone", "b")), "however full");
        NodeChoice.Builder both = NodeChoice.newBuilder().putLabels("zone", "b").putLabels("disk", "ssd");
        assertEquals("", placed("both", cpus(100), both));
        assertTrue(neverFits("both"));
        assertTrue(whyNot("both").endsWith("; no node has label disk=ssd and label zone=b at once"), whyNot("both"));
        state.alive("n3", node(0, 0).build(), Map.of("zone", "b", "disk", "ssd"))
                .commit(reconciler);
        assertEquals("n3", nodeOf("both"), "a node joined that has both");
    }

    @Test
    void aNodeThatIsAskedForIsWaitedFor() {
        twoNodes();
        NodeChoice.Builder onSecond = NodeChoice.newBuilder().setNode("n2");
        assertEquals("n2", placed("one", cpus(4_000), onSecond));
        assertEquals("", placed("two", cpus(1_000), onSecond));
        assertEquals("actor 'two' needs 1 cpus, 0 gpus, node n2; free: n2 0 cpus 0 gpus", whyNot("two"));
        assertFalse(neverFits("two"));
        NodeChoice.Builder onThird = NodeChoice.newBuilder().setNode("n3");
        assertEquals("", placed("three", cpus(1_000), onThird));
        assertEquals("actor 'three' needs 1 cpus, 0 gpus, node n3; there is no node n3", whyNot("three"));
        assertTrue(neverFits("three"));
        state.alive("n3", node(0, 0).build(), Map.of()).commit(reconciler);
        assertEquals("n3", nodeOf("three"));
    }

    @Test
    void aNodeThatIsDrainedKeepsWhatMayGoNowhereElse() {
        twoNodes();
        placed("bound", cpus(100), NodeChoice.newBuilder().setNode("n1"));
        placed("free", cpus(100), NodeChoice.newBuilder().putLabels("disk", "ssd"));
        for (String id : List.of("bound", "free")) {
            state.write(Write.put(state.actor(id).toBuilder()
                    .setState(ActorState.ALIVE.name())
                    .build()));
        }
        NodeRecord record = state.records.node("n1").orElseThrow();
        state.write(Write.put(record.toBuilder()
                .setState(NodeState.DRAINING.name())
                .setDrain(true)
                .build()));
        state.alive("n3", node(0, 0).build(), Map.of("disk", "ssd"));
        state.commit(new NodeDrainReconciler());
        state.commit(reconciler);
        assertEquals("n1", nodeOf("bound"));
        assertEquals("n3", nodeOf("free"));
        assertEquals("actor 'bound' needs 0.1 cpus, 0 gpus, node n1; node n1 is DRAINING", whyNot("bound"));
    }

    @Test
    void spreadLooksAtTheLoadAndTheUsualChoiceAtHowManyAreThere() {
        twoNodes();
        NodeChoice.Builder first = NodeChoice.newBuilder().setNode("n1");
        placed("small-1", cpus(100), first);
        placed("small-2", cpus(100), first);
        placed("large", cpus(2_000), NodeChoice.newBuilder().setNode("n2"));
        assertEquals("n1", placed("spread", cpus(100), policy(Policy.SPREAD)));
        assertEquals("n2", placed("usual", cpus(100)));
        assertEquals("n2", placed("packed", cpus(100), policy(Policy.PACK)));
    }

    @Test
    void whatIsPackedAtOnceGoesTogetherAndWhatIsSpreadDoesNot() {
        twoNodes();
        for (String id : List.of("p1", "p2", "p3", "p4", "p5")) {
            pending(id, cpus(1_000), policy(Policy.PACK));
        }
        state.commit(reconciler);
        assertEquals(
                List.of("n1", "n1", "n1", "n1", "n2"),
                List.of(nodeOf("p1"), nodeOf("p2"), nodeOf("p3"), nodeOf("p4"), nodeOf("p5")));
        for (String id : List.of("p1", "p2", "p3", "p4", "p5")) {
            ends(id);
        }
        for (String id : List.of("s1", "s2", "s3", "s4")) {
            pending(id, cpus(1_000), policy(Policy.SPREAD));
        }
        state.commit(reconciler);
        assertEquals(List.of("n1", "n2", "n1", "n2"), List.of(nodeOf("s1"), nodeOf("s2"), nodeOf("s3"), nodeOf("s4")));
    }

    @Test
    void replicasGoWhereTheirStageMayAndTheGatewayAnywhere() {
        twoNodes();
        StageSpec stage = TestingState.stage("back", 2).toBuilder()
                .setResources(cpus(100).putMilliNamed("tpu", 500))
                .setNodeChoice(NodeChoice.newBuilder().putLabels("zone", "b"))
                .build();
        state.pipeline(PipelineState.DEPLOYING, stage)
                .replica("back-1", ReplicaState.STARTING, ActorState.PENDING)
                .replica("back-2", ReplicaState.STARTING, ActorState.PENDING)
                .replica("back-3", ReplicaState.STARTING, ActorState.PENDING)
                .actor("gw", "gateway", "", ActorState.PENDING, "");
        state.commit(reconciler);
        assertEquals("n1", nodeOf("gw"));
        assertEquals(List.of("n2", "n2", ""), List.of(nodeOf("back-1"), nodeOf("back-2"), nodeOf("back-3")));
        assertEquals(
                "stage back replica back-3 needs 0.1 cpus, 0 gpus, 0.5 tpu, label zone=b; free: n2 3.8 cpus 0 gpus 0 tpu",
                whyNot("back-3"));
    }

    @Test
    void gpusAndLabelsAreAskedForTogether() {
        state.aliveWithGpus("n1", 1, "GPU-a");
        state.alive("n2", node(0, 0).setGpus(1).build(), Map.of("zone", "b"));
        NodeChoice.Builder inZone = NodeChoice.newBuilder().putLabels("zone", "b");
        assertEquals("n2", placed("one", cpus(100).setGpus(1), inZone));
        assertEquals("", placed("two", cpus(100).setGpus(1), inZone));
        assertEquals("n1", placed("three", cpus(100).setGpus(1)));
    }

    /** They were written by a head, and told by an agent, that knew of nothing but CPUs and GPUs. */
    @Test
    void recordsOfBeforeMeanWhatTheyMeant() {
        state.alive("n1");
        state.write(Write.put(ActorRecord.newBuilder()
                .setActor("old")
                .setLabel("old")
                .setState(ActorState.PENDING.name())
                .setSpec(PlainActorSpec.newBuilder().setName("old").setResources(cpus(4_000)))
                .build()));
        state.commit(reconciler);
        assertEquals("n1", nodeOf("old"));
        assertEquals("", placed("new", cpus(0).setMemoryBytes(1)));
        assertTrue(whyNot("new").endsWith("; no node has memory"), whyNot("new"));
    }
}
