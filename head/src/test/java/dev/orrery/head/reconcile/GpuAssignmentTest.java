package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.NodeState;
import dev.orrery.head.state.PipelineState;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which GPUs an actor gets, and when they are free again. */
class GpuAssignmentTest {
    private final TestingState state = new TestingState();
    private final ActorReconciler reconciler = new ActorReconciler();

    private void pending(String id, int gpus) {
        pending(id, Resources.newBuilder().setMilliCpus(100).setGpus(gpus));
    }

    private void pending(String id, Resources.Builder needs) {
        state.write(Write.put(ActorRecord.newBuilder()
                .setActor(id)
                .setLabel(id)
                .setState(ActorState.PENDING.name())
                .setSpec(PlainActorSpec.newBuilder()
                        .setName(id)
                        .setOpenTimeoutMillis(5_000)
                        .setResources(needs))
                .build()));
    }

    private List<String> placed(String id, int gpus) {
        pending(id, gpus);
        state.commit(reconciler);
        return gpus(id);
    }

    private List<String> placedWithPart(String id, int milliGpu) {
        pending(id, Resources.newBuilder().setMilliCpus(100).setMilliGpu(milliGpu));
        state.commit(reconciler);
        return gpus(id);
    }

    private List<String> gpus(String id) {
        return state.actor(id).getGpusList();
    }

    private void reports(String id, WorkerState at) {
        ActorRecord actor = state.actor(id);
        state.reports(
                "n1",
                WorkerReport.newBuilder()
                        .setLife(Lives.lifeOf(actor))
                        .setState(at)
                        .addAllGpus(at == WorkerState.EXITED ? List.of() : actor.getGpusList())
                        .setFailure(Failure.newBuilder().setKind("signal").setMessage("9")));
    }

    private String whyNot(String id) {
        return new Rooms(state.records, state.observed, Settings.defaults()).explain(state.actor(id));
    }

    @Test
    void eachActorHasItsOwnAndOneTooManySaysWhy() {
        state.aliveWithGpus("n1", 1, "GPU-a", "GPU-b");
        assertEquals(List.of("GPU-a"), placed("one", 1));
        assertEquals(List.of("GPU-b"), placed("two", 1));
        assertEquals(List.of(), placed("three", 1));
        assertEquals("PENDING", state.actor("three").getState());
        assertEquals("actor 'three' needs 0.1 cpus, 1 gpus; free: n1 3.8 cpus 0 gpus", whyNot("three"));
        assertEquals(List.of(), placed("none", 0));
        assertEquals("STARTING", state.actor("none").getState());
    }

    @Test
    void sharedOnesAreSpread() {
        state.aliveWithGpus("n1", 2, "GPU-a", "GPU-b");
        assertEquals(List.of("GPU-a"), placed("one", 1));
        assertEquals(List.of("GPU-b"), placed("two", 1));
        assertEquals(List.of("GPU-a", "GPU-b"), placed("both", 2));
        assertEquals(List.of(), placed("more", 1));
        assertEquals("PENDING", state.actor("more").getState());
    }

    @Test
    void partsFillADeviceBeforeTheNextIsBegun() {
        state.aliveWithGpus("n1", 1, "GPU-a", "GPU-b");
        assertEquals(List.of("GPU-a"), placedWithPart("half", 500));
        assertEquals(List.of("GPU-a"), placedWithPart("quarter", 250));
        assertEquals(List.of("GPU-b"), placed("whole", 1));
        assertEquals(List.of(), placedWithPart("more", 251));
        assertEquals("actor 'more' needs 0.1 cpus, 0.251 gpus; free: n1 3.7 cpus 0.25 gpus", whyNot("more"));
        assertEquals(List.of("GPU-a"), placedWithPart("rest", 250));
        Rooms rooms = new Rooms(state.records, state.observed, Settings.defaults());
        assertEquals(1_000, rooms.taken("n1", "GPU-a"));
        assertEquals(2, rooms.used("n1").getGpus());
        assertEquals(0, rooms.used("n1").getMilliGpu());
    }

    @Test
    void whatIsLeftOfALifeHasItsPartStill() {
        state.aliveWithGpus("n1", 1, "GPU-a");
        placedWithPart("part", 600);
        reports("part", WorkerState.OPEN);
        state.node("n1", NodeState.DEAD, 4000);
        state.commit(reconciler);
        assertEquals(List.of(), gpus("part"));
        state.aliveWithGpus("n1", 1, "GPU-a");
        assertEquals(List.of("GPU-a"), placedWithPart("other", 400));
        assertEquals(List.of(), placedWithPart("another", 1), "its process has not ended");
        state.forget("n1").commit(reconciler);
        assertEquals(List.of("GPU-a"), gpus("another"));
    }

    @Test
    void anotherLeaderFindsThemInTheRecords() {
        state.aliveWithGpus("n1", 1, "GPU-a", "GPU-b");
        placed("one", 1);
        TestingState next = new TestingState();
        state.records.actors().forEach(actor -> next.write(Write.put(actor)));
        next.aliveWithGpus("n1", 1, "GPU-a", "GPU-b");
        next.write(Write.put(state.actor("one").toBuilder()
                .setActor("two")
                .setState(ActorState.PENDING.name())
                .clearNode()
                .clearGpus()
                .build()));
        next.commit(reconciler);
        assertEquals(List.of("GPU-a"), next.actor("one").getGpusList());
        assertEquals(List.of("GPU-b"), next.actor("two").getGpusList());
    }

    @Test
    void aNodeThatHasNotReportedToThisLeaderGetsNobodyWithGpus() {
        state.aliveWithGpus("n1", 1, "GPU-a");
        TestingState next = new TestingState();
        next.write(Write.put(state.records.node("n1").orElseThrow()));
        next.observed.registered(state.observed.node("n1").orElseThrow().hello(), next.now);
        pending("one", 1);
        next.write(Write.put(state.actor("one")));
        assertTrue(next.run(reconciler).isEmpty());
        next.heard("n1").commit(reconciler);
        assertEquals(List.of("GPU-a"), next.actor("one").getGpusList());
    }

    @Test
    void theyAreFreeOnceTheLifeIsOver() {
        state.aliveWithGpus("n1", 1, "GPU-a");
        placed("one", 1);
        pending("two", 1);
        reports("one", WorkerState.EXITED);
        state.commit(reconciler);
        assertEquals(List.of(), gpus("one"));
        state.commit(reconciler);
        assertEquals(List.of("GPU-a"), gpus("two"));
    }

    @Test
    void aKilledActorsAreFreeOnlyWhenNothingOfItRuns() {
        state.aliveWithGpus("n1", 1, "GPU-a");
        placed("one", 1);
        reports("one", WorkerState.STOPPING);
        state.write(Write.put(state.actor("one").toBuilder()
                .setState(ActorState.DRAINING.name())
                .build()));
        assertEquals(List.of(), placed("two", 1));
        state.dropped.add(Lives.lifeOf(state.actor("one")));
        state.commit(reconciler);
        assertEquals("DRAINING", state.actor("one").getState());
        state.forget("n1").commit(reconciler);
        assertEquals("DEAD", state.actor("one").getState());
        state.commit(reconciler);
        assertEquals(List.of("GPU-a"), gpus("two"));
    }

    /** Its record ended with its node; the node came back, and its worker is still being stopped. */
    @Test
    void aProcessThatOutlivesItsRecordKeepsThem() {
        state.aliveWithGpus("n1", 1, "GPU-a");
        placed("one", 1);
        reports("one", WorkerState.OPEN);
        state.node("n1", NodeState.DEAD, 4000);
        state.commit(reconciler);
        assertEquals(List.of(), gpus("one"));
        state.aliveWithGpus("n1", 1, "GPU-a");
        assertEquals(List.of(), placed("two", 1));
        state.forget("n1").commit(reconciler);
        assertEquals(List.of("GPU-a"), gpus("two"));
    }

    @Test
    void aRestartedReplicaGetsOneAgain() {
        state.aliveWithGpus("n1", 1, "GPU-a")
                .pipeline(
                        PipelineState.RUNNING,
                        TestingState.stage("back", 1).toBuilder()
                                .setResources(Resources.newBuilder().setGpus(1))
                                .build())
                .replica("back-1", ReplicaState.STARTING, ActorState.PENDING)
                .commit(reconciler);
        assertEquals(List.of("GPU-a"), gpus("back-1"));
        reports("back-1", WorkerState.EXITED);
        state.commit(reconciler);
        assertEquals(2, state.actor("back-1").getIncarnation());
        assertEquals(List.of("GPU-a"), gpus("back-1"));
    }

    @Test
    void aRestartedAgentsOtherGpusAreTakenOver() {
        state.aliveWithGpus("n1", 1, "GPU-a");
        placed("one", 1);
        state.aliveWithGpus("n1", 1, "GPU-b", "GPU-c");
        assertEquals(2, state.records.node("n1").orElseThrow().getGpus().getGpusCount());
        assertEquals(List.of("GPU-a"), gpus("one"), "what runs is left alone");
        assertEquals(List.of("GPU-b", "GPU-c"), placed("two", 2));
    }
}
