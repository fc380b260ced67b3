package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.NameRecord;
import dev.orrery.head.service.ActorService;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.NodeState;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.StartActorRequest;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class ExclusiveLeasesTest {
    /** By default, with its slack for clocks. */
    private static final Duration LEASE = Duration.ofMillis(15_750);

    private final TestingState state = new TestingState().alive("n1").alive("n2");

    private void actor(ActorState at, String node) {
        state.write(Write.put(ActorRecord.newBuilder()
                .setActor("a")
                .setLabel("a")
                .setState(at.name())
                .setIncarnation(3)
                .setNode(node)
                .setSpec(spec())
                .build()));
    }

    private static PlainActorSpec.Builder spec() {
        return PlainActorSpec.newBuilder()
                .setName("a")
                .setExclusive(true)
                .setFactory(ActorFunction.newBuilder().setLambda(com.google.protobuf.ByteString.copyFromUtf8("f")))
                .setOpenTimeoutMillis(60_000)
                .setMaxPendingCalls(10)
                .setResources(Resources.newBuilder().setMilliCpus(1_000));
    }

    private ErrorCode objection(long incarnation, String node) {
        return ExclusiveLeases.objection(state.records, TestingState.life("a", incarnation), node)
                .map(OrreryException::code)
                .orElse(null);
    }

    private void step() {
        state.commit(new ActorReconciler());
        state.commit(new PlainActorReconciler());
    }

    private boolean mayBeHeld() {
        return ExclusiveLeases.mayBeHeld(new Draft(state.state(), state.now), state.actor("a"));
    }

    @Test
    void onlyTheLifeOfTheRecordGetsOne() {
        actor(ActorState.ALIVE, "n1");
        assertEquals(null, objection(3, "n1"));
        assertEquals(ErrorCode.FENCED, objection(2, "n1"));
        assertEquals(ErrorCode.FENCED, objection(4, "n1"));
        assertEquals(ErrorCode.FENCED, objection(3, "n2"));
        actor(ActorState.STARTING, "n1");
        assertEquals(null, objection(3, "n1"));
        for (ActorState at : List.of(ActorState.RESTARTING, ActorState.DRAINING, ActorState.DEAD, ActorState.PENDING)) {
            actor(at, "n1");
            assertEquals(ErrorCode.FENCED, objection(3, "n1"), at.name());
        }
        assertEquals(
                ErrorCode.FENCED,
                ExclusiveLeases.objection(state.records, TestingState.life("b", 1), "n1")
                        .orElseThrow()
                        .code());
    }

    @Test
    void whatAnEarlierLeaderGrantedCountsFromTheTakeOver() {
        actor(ActorState.RESTARTING, "");
        state.after(LEASE.minusMillis(1));
        assertTrue(mayBeHeld());
        state.heard("n1").heard("n2");
        step();
        assertEquals("RESTARTING", state.actor("a").getState());
        state.after(Duration.ofMillis(1));
        assertFalse(mayBeHeld());
        step();
        assertEquals("STARTING", state.actor("a").getState());
        assertEquals(4, state.actor("a").getIncarnation());
    }

    @Test
    void whatThisLeaderGrantedCountsFromThen() {
        actor(ActorState.RESTARTING, "");
        state.after(Duration.ofSeconds(10)).memory.granted("a", state.now);
        state.after(LEASE.minusMillis(1)).heard("n1");
        step();
        assertEquals("RESTARTING", state.actor("a").getState());
        state.after(Duration.ofMillis(1)).heard("n1");
        step();
        assertEquals("STARTING", state.actor("a").getState());
    }

    @Test
    void aDrainedOneOnADeadNodeIsNotDeadBeforeItsLeaseIsOver() {
        actor(ActorState.DRAINING, "n1");
        state.node("n1", NodeState.DEAD, 4_000);
        step();
        assertEquals("DRAINING", state.actor("a").getState());
        state.after(LEASE);
        step();
        assertEquals("DEAD", state.actor("a").getState());
    }

    @Test
    void aNameIsFreeOnlyWhenNoLeaseMayBeHeld() {
        actor(ActorState.ALIVE, "n1");
        state.write(Write.put(NameRecord.newBuilder()
                .setNamespace("default")
                .setName("a")
                .setActor("a")
                .build()));
        state.node("n1", NodeState.DEAD, 4_000);
        step();
        assertEquals("DEAD", state.actor("a").getState());
        assertTrue(state.records.name("default", "a").isPresent());
        OrreryException taken = Assertions.assertThrows(OrreryException.class, this::startAnew);
        assertEquals(ErrorCode.ALREADY_EXISTS, taken.code());
        assertTrue(taken.getMessage().contains("may hold its lease; wait 15750 ms"), taken.getMessage());
        state.after(LEASE);
        step();
        assertEquals(Optional.empty(), state.records.name("default", "a"));
        startAnew();
    }

    private void startAnew() {
        StartActorRequest request =
                StartActorRequest.newBuilder().setActor(spec()).build();
        new ActorService(artifacts -> List.of()).start(new Draft(state.state(), state.now), request);
    }

    @Test
    void aLifeWhoseProcessIsKnownToBeGoneHoldsNothing() {
        actor(ActorState.ALIVE, "n1");
        state.memory.granted("a", state.now);
        assertTrue(mayBeHeld());
        state.reports(
                "n1",
                WorkerReport.newBuilder()
                        .setLife(TestingState.life("a", 3))
                        .setState(WorkerState.EXITED)
                        .setFailure(Failure.newBuilder().setKind("signal").setMessage("9")));
        step();
        assertTrue(state.actor("a").getLastLifeOver());
        assertFalse(mayBeHeld());
    }
}
