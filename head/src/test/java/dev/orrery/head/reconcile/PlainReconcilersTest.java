package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.NameRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.NodeState;
import dev.orrery.head.state.WorldState;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldReport;
import dev.orrery.internal.proto.WorldSpec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The lives, names and worlds of plain actors. */
class PlainReconcilersTest {
    private static final long RING = TestingState.world(1);

    private final TestingState state = new TestingState().alive("n1");

    private int restarts;

    private void actor(String id, ActorState at) {
        boolean placed = at == ActorState.STARTING || at == ActorState.ALIVE || at == ActorState.DRAINING;
        state.write(Write.put(ActorRecord.newBuilder()
                .setActor(id)
                .setLabel(id)
                .setState(at.name())
                .setIncarnation(at == ActorState.PENDING ? 0 : 1)
                .setNode(placed ? "n1" : "")
                .setSpec(PlainActorSpec.newBuilder()
                        .setName(id)
                        .setOpenTimeoutMillis(5_000)
                        .setMaxRestarts(restarts)
                        .setRestartWindowMillis(30_000)
                        .setResources(Resources.newBuilder().setMilliCpus(1_000)))
                .build()));
    }

    private void ring(WorldState at, long id, String... members) {
        WorldSpec.Builder spec =
                WorldSpec.newBuilder().setId(id).setName("ring").setFormingTimeoutMillis(5_000);
        for (String member : members) {
            spec.addMembers(Lives.member(spec.getMembersCount(), state.actor(member)));
        }
        state.write(Write.put(
                WorldRecord.newBuilder().setSpec(spec).setState(at.toMessage()).build()));
    }

    private void reports(String id, WorkerState worker, String failure, WorldReport.Builder... worlds) {
        reportsOf(id, 1, worker, failure, worlds);
    }

    private void reportsOf(
            String id, long incarnation, WorkerState worker, String failure, WorldReport.Builder... worlds) {
        WorkerReport.Builder report = WorkerReport.newBuilder()
                .setLife(TestingState.life(id, incarnation))
                .setState(worker)
                .setFailure(failure(failure));
        for (WorldReport.Builder world : worlds) {
            report.addWorlds(world);
        }
        state.reports("n1", report);
    }

    private static Failure failure(String kind) {
        return kind.isEmpty()
                ? Failure.getDefaultInstance()
                : Failure.newBuilder().setKind(kind).setMessage("m").build();
    }

    private static WorldReport.Builder world(dev.orrery.internal.proto.WorldState at, String cause) {
        return WorldReport.newBuilder().setWorld(RING).setState(at).setCause(failure(cause));
    }

    private WorldRecord ring() {
        return state.records.world(RING).orElseThrow();
    }

    private void step() {
        state.commit(new ActorReconciler());
        state.commit(new PlainActorReconciler());
        state.commit(new PlainWorldReconciler());
    }

    @Test
    void aPlainActorIsPlacedByItsOwnNeed() {
        actor("a", ActorState.PENDING);
        step();
        assertEquals("STARTING", state.actor("a").getState());
        assertEquals("n1", state.actor("a").getNode());
        assertEquals(
                1_000,
                new Rooms(state.records, state.observed, Settings.defaults())
                        .used("n1")
                        .getMilliCpus());
    }

    @Test
    void aDeathOfItsWorkerIsFinalAndKeepsTheCause() {
        actor("a", ActorState.ALIVE);
        reports("a", WorkerState.EXITED, "signal");
        step();
        assertEquals("DEAD", state.actor("a").getState());
        assertEquals("signal", state.actor("a").getCauses(0).getKind());
    }

    @Test
    void aDeathOfItsNodeIsFinalToo() {
        actor("a", ActorState.ALIVE);
        state.node("n1", NodeState.DEAD, 4_000);
        step();
        assertEquals("DEAD", state.actor("a").getState());
        assertEquals("node", state.actor("a").getCauses(0).getKind());
    }

    @Test
    void oneThatMayRestartBecomesItsNextLifeAndKeepsItsName() {
        restarts = 1;
        actor("a", ActorState.ALIVE);
        state.write(Write.put(NameRecord.newBuilder()
                .setNamespace("default")
                .setName("a")
                .setActor("a")
                .build()));
        reports("a", WorkerState.EXITED, "signal");
        step();
        assertEquals("STARTING", state.actor("a").getState());
        assertEquals(2, state.actor("a").getIncarnation());
        assertEquals(1, state.actor("a").getRestarts());
        assertEquals("n1", state.actor("a").getLastNode());
        assertEquals("signal", state.actor("a").getCauses(0).getKind());
        assertTrue(state.records.name("default", "a").isPresent());
        reportsOf("a", 2, WorkerState.EXITED, "exit");
        step();
        assertEquals("DEAD", state.actor("a").getState(), "its one restart is used up");
        assertEquals(2, state.actor("a").getCausesCount());
    }

    @Test
    void aConstructorThatExitsIsTriedAgainLaterAndLaterUpToItsLimit() {
        restarts = 3;
        actor("a", ActorState.STARTING);
        for (int life = 1; life <= 4; life++) {
            reportsOf("a", life, WorkerState.EXITED, "exit");
            step();
            if (life == 4) {
                break;
            }
            // 0, 100 and 200 ms.
            Duration backoff = Duration.ofMillis(life == 1 ? 0 : 50L << (life - 1));
            if (!backoff.isZero()) {
                assertEquals("RESTARTING", state.actor("a").getState(), "after life " + life);
                state.after(backoff.minusMillis(1)).heard("n1");
                step();
                assertEquals("RESTARTING", state.actor("a").getState(), "before its time");
                state.after(Duration.ofMillis(1)).heard("n1");
                step();
            }
            assertEquals("STARTING", state.actor("a").getState());
            assertEquals(life + 1, state.actor("a").getIncarnation());
        }
        assertEquals("DEAD", state.actor("a").getState());
    }

    @Test
    void restartsBeforeTheWindowDoNotCount() {
        restarts = 1;
        actor("a", ActorState.ALIVE);
        for (int life = 1; life <= 4; life++) {
            reportsOf("a", life, WorkerState.EXITED, "signal");
            step();
            assertEquals(life + 1, state.actor("a").getIncarnation());
            state.after(Duration.ofSeconds(31)).heard("n1");
        }
    }

    @Test
    void aLostNodeCountsForNothingAndTheNextLifeIsElsewhere() {
        restarts = 1;
        state.alive("n2");
        actor("a", ActorState.ALIVE);
        state.node("n1", NodeState.DEAD, 4_000);
        step();
        assertEquals("STARTING", state.actor("a").getState());
        assertEquals("n2", state.actor("a").getNode());
        assertEquals("n1", state.actor("a").getLastNode());
        assertEquals(0, state.actor("a").getRestarts());
    }

    @Test
    void aLostNodeWithNoOtherLeavesItWaitingForOne() {
        restarts = 1;
        actor("a", ActorState.ALIVE);
        state.node("n1", NodeState.DEAD, 4_000);
        step();
        assertEquals("RESTARTING", state.actor("a").getState());
        state.alive("n2");
        step();
        assertEquals("n2", state.actor("a").getNode());
    }

    @Test
    void aRestartBreaksTheWorldsOfTheLifeThatEndedWithItsCause() {
        restarts = 1;
        actor("a", ActorState.ALIVE);
        actor("b", ActorState.ALIVE);
        ring(WorldState.READY, RING, "a", "b");
        reports("b", WorkerState.OPEN, "");
        reports("a", WorkerState.OPEN, "", world(dev.orrery.internal.proto.WorldState.BROKEN, "link"));
        step();
        assertEquals("link", ring().getCause().getKind());
        reports("b", WorkerState.EXITED, "signal");
        step();
        assertEquals("STARTING", state.actor("b").getState());
        assertEquals("signal", ring().getCause().getKind(), "although it has another life already");
        assertEquals(dev.orrery.internal.proto.WorldState.BROKEN, ring().getState());
    }

    @Test
    void aStartThatTakesTooLongIsItsDeath() {
        actor("a", ActorState.STARTING);
        reports("a", WorkerState.OPENING, "");
        state.after(Duration.ofSeconds(4)).heard("n1");
        step();
        assertEquals("STARTING", state.actor("a").getState());
        state.after(Duration.ofSeconds(2)).heard("n1");
        step();
        assertEquals("DEAD", state.actor("a").getState());
        assertTrue(state.actor("a").getCauses(0).getMessage().contains("its start did not finish in 5000 ms"));
    }

    @Test
    void aNameIsFreeOnceItsActorIsDeadAndNotBefore() {
        actor("a", ActorState.DRAINING);
        state.write(Write.put(NameRecord.newBuilder()
                .setNamespace("default")
                .setName("a")
                .setActor("a")
                .build()));
        state.commit(new PlainActorReconciler());
        assertTrue(state.records.name("default", "a").isPresent());
        actor("a", ActorState.DEAD);
        state.commit(new PlainActorReconciler());
        assertTrue(state.records.name("default", "a").isEmpty());
    }

    @Test
    void theDeadAreForgottenOldestFirst() {
        actor("a-old", ActorState.DEAD);
        state.after(Duration.ofSeconds(1));
        for (int i = 0; i < PlainActorReconciler.DEAD_KEPT; i++) {
            actor("a" + i, ActorState.DEAD);
        }
        state.commit(new PlainActorReconciler());
        assertEquals(PlainActorReconciler.DEAD_KEPT, state.records.actors().size());
        assertTrue(state.records.actor("a-old").isEmpty());
    }

    @Test
    void aWorldIsReadyWhenEveryMemberIs() {
        actor("a", ActorState.ALIVE);
        actor("b", ActorState.ALIVE);
        ring(WorldState.FORMING, RING, "a", "b");
        reports("a", WorkerState.OPEN, "", world(dev.orrery.internal.proto.WorldState.READY, ""));
        reports("b", WorkerState.OPEN, "", world(dev.orrery.internal.proto.WorldState.FORMING, ""));
        step();
        assertEquals(dev.orrery.internal.proto.WorldState.FORMING, ring().getState());
        reports("b", WorkerState.OPEN, "", world(dev.orrery.internal.proto.WorldState.READY, ""));
        step();
        assertEquals(dev.orrery.internal.proto.WorldState.READY, ring().getState());
    }

    @Test
    void aMembersDeathBreaksItsWorldWithThatCauseAndNoOther() {
        actor("a", ActorState.ALIVE);
        actor("b", ActorState.ALIVE);
        actor("c", ActorState.ALIVE);
        ring(WorldState.READY, RING, "a", "b");
        ring(WorldState.READY, RING + 1, "a", "c");
        reports("a", WorkerState.OPEN, "");
        reports("c", WorkerState.OPEN, "");
        reports("b", WorkerState.EXITED, "signal");
        step();
        assertEquals(dev.orrery.internal.proto.WorldState.BROKEN, ring().getState());
        assertEquals("signal", ring().getCause().getKind());
        assertEquals("member", ring().getCause().getConsequence().getKind());
        assertEquals(
                dev.orrery.internal.proto.WorldState.READY,
                state.records.world(RING + 1).orElseThrow().getState());
    }

    @Test
    void howAMemberDiedComesAfterTheClosedLinkAndReplacesItAsFirstCause() {
        actor("a", ActorState.ALIVE);
        actor("b", ActorState.ALIVE);
        ring(WorldState.READY, RING, "a", "b");
        reports("b", WorkerState.OPEN, "");
        reports("a", WorkerState.OPEN, "", world(dev.orrery.internal.proto.WorldState.BROKEN, "link"));
        step();
        assertEquals("link", ring().getCause().getKind());
        state.after(Duration.ofMillis(30));
        reports("b", WorkerState.EXITED, "signal");
        step();
        assertEquals("signal", ring().getCause().getKind());
        assertEquals(List.of(), state.run(new PlainWorldReconciler()).writes(), "written once");
    }

    @Test
    void aDeathLongAfterIsNotTheCause() {
        actor("a", ActorState.ALIVE);
        actor("b", ActorState.ALIVE);
        ring(WorldState.READY, RING, "a", "b");
        reports("b", WorkerState.OPEN, "");
        reports("a", WorkerState.OPEN, "", world(dev.orrery.internal.proto.WorldState.BROKEN, "mismatch"));
        step();
        state.after(Duration.ofSeconds(20));
        reports("b", WorkerState.EXITED, "signal");
        step();
        assertEquals("mismatch", ring().getCause().getKind());
    }

    @Test
    void aKilledMemberBreaksItsWorld() {
        actor("a", ActorState.ALIVE);
        actor("b", ActorState.DRAINING);
        ring(WorldState.READY, RING, "a", "b");
        step();
        assertEquals(dev.orrery.internal.proto.WorldState.BROKEN, ring().getState());
    }

    @Test
    void aWorldThatAnEarlierLeaderWasFormingSaysSo() {
        actor("a", ActorState.ALIVE);
        long earlier = ((TestingState.EPOCH - 1) << 32) | 1;
        ring(WorldState.FORMING, earlier, "a");
        step();
        assertEquals(
                "NOT_LEADER",
                state.records.world(earlier).orElseThrow().getCause().getKind());
    }

    @Test
    void aWorldThatDoesNotFormInTimeNamesWhoWasWaitedFor() {
        actor("a", ActorState.ALIVE);
        actor("b", ActorState.ALIVE);
        ring(WorldState.FORMING, RING, "a", "b");
        reports("a", WorkerState.OPEN, "", world(dev.orrery.internal.proto.WorldState.READY, ""));
        state.after(Duration.ofSeconds(7)).heard("n1");
        step();
        assertEquals("deadline", ring().getCause().getKind());
        assertTrue(
                ring().getCause().getMessage().contains("[b]"),
                ring().getCause().getMessage());
    }

    @Test
    void brokenWorldsAreForgottenOldestFirst() {
        actor("a", ActorState.ALIVE);
        for (int i = 0; i <= PlainWorldReconciler.BROKEN_KEPT; i++) {
            ring(WorldState.BROKEN, TestingState.world(i + 1), "a");
        }
        step();
        assertEquals(PlainWorldReconciler.BROKEN_KEPT, state.records.worlds().size());
        assertTrue(state.records.world(TestingState.world(1)).isEmpty());
    }

    @Test
    void pipelinesTakeNoNoticeOfIt() {
        actor("a", ActorState.ALIVE);
        ring(WorldState.READY, RING, "a");
        assertEquals(List.of(), state.run(new WorldReconciler()).writes());
        assertEquals(List.of(), state.run(new ReplicaReconciler()).writes());
        assertTrue(Edges.Ready.of(state.records.worlds()).sending().isEmpty());
    }
}
