package dev.orrery.worker.actor;

import static dev.orrery.testing.TestingCaller.await;
import static dev.orrery.testing.TestingCaller.failureOf;
import static java.lang.invoke.MethodType.methodType;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.Checkpoint;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.LoadCheckpointResponse;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.testing.ScriptedActor;
import dev.orrery.testing.ScriptedSaver;
import dev.orrery.testing.ScriptedSaver.Kept;
import dev.orrery.testing.TestingCaller;
import dev.orrery.testing.TestingEnvironment;
import dev.orrery.testing.TestingFunctions;
import dev.orrery.testing.TestingKeeper;
import dev.orrery.testing.TestingNode;
import dev.orrery.testing.TestingWorldManager;
import dev.orrery.testing.TestingWorlds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An actor that saves its state, as its callers and its leader see it. */
@Timeout(120)
class CheckpointedActorTest {
    private static final ActorLife FIRST = TestingWorlds.life("me");
    private static final ActorLife SECOND = FIRST.toBuilder().setIncarnation(2).build();

    @TempDir
    private Path folder;

    private final RpcTransport transport = new RpcTransport("test", 2);
    private final TestingWorlds network = new TestingWorlds();
    private final TestingWorldManager mine = network.manager((world, state, cause) -> {});
    private final ValueCodec codec = new ValueCodec(new ForySerializer(CheckpointedActorTest.class.getClassLoader()));
    private final PlainActor actor = new PlainActor();
    private TestingKeeper leader;
    private TestingEnvironment environment;
    private TestingCaller caller;

    @BeforeEach
    void begin() {
        transport.start();
        leader = new TestingKeeper(transport);
    }

    @AfterEach
    void end() throws Exception {
        actor.stop().get(30, TimeUnit.SECONDS);
        if (caller != null) {
            caller.close();
        }
        leader.close();
        transport.close();
    }

    private static PlainActorSpec.Builder every(int calls) {
        return PlainActorSpec.newBuilder()
                .setFactory(TestingFunctions.constructor(ScriptedSaver.class))
                .setOpenTimeoutMillis(10_000)
                .setMaxPendingCalls(2)
                .setCheckpointCalls(calls);
    }

    private void start(ActorLife life, PlainActorSpec.Builder spec) throws Exception {
        DesiredWorker desired = DesiredWorker.newBuilder()
                .setLife(life)
                .setLabel("saver")
                .setSpec(ActorSpec.newBuilder().setActor(spec))
                .build();
        environment = new TestingEnvironment(
                        TestingNode.launch(folder, life, List.of(ScriptedActor.artifact())), desired, mine, transport)
                .heads(List.of(leader.start()));
        actor.start(environment);
    }

    private void serve(ActorLife life, PlainActorSpec.Builder spec) throws Exception {
        start(life, spec);
        environment.awaitChange();
        WorkerReport.Builder report = WorkerReport.newBuilder();
        actor.contributeTo(report);
        caller = TestingCaller.connect(transport, HostPort.of(report.getRpcAddress()), life);
    }

    private CompletableFuture<Object> call(String method, int argument) {
        return caller.call(
                TestingFunctions.method(ScriptedSaver.class, method, methodType(int.class, int.class)),
                TestingCaller.LONG,
                argument);
    }

    private int total(TestingKeeper.Asked asked) {
        return ((Kept) codec.fromMessage("it", asked.request().getState())).total();
    }

    private LoadCheckpointResponse kept(Object state) {
        return LoadCheckpointResponse.newBuilder()
                .setCheckpoint(
                        Checkpoint.newBuilder().setIncarnation(1).setNumber(7).setBytes(50))
                .setState(codec.toMessage("it", state))
                .build();
    }

    @Test
    void anAnswerIsToldOnceTheStateAfterItsCallIsSaved() throws Exception {
        serve(FIRST, every(2));
        assertEquals(5, await(call("add", 5)), "the first of two");
        CompletableFuture<Object> second = call("addAndThrow", 3);
        TestingKeeper.Asked asked = leader.awaitAsked();
        assertEquals(FIRST, asked.request().getLife());
        assertEquals(1, asked.request().getNumber());
        assertEquals(8, total(asked));
        assertFalse(second.isDone());
        asked.save();
        assertEquals(ErrorCode.ACTOR_FAILED, failureOf(second).code(), "a call that throws has changed something, too");
        assertEquals(10, await(call("add", 2)));
        assertFalse(leader.isAsked());
    }

    @Test
    void callsGoOnMeanwhileAndTheNewestStateStandsForAll() throws Exception {
        serve(FIRST, every(1).setMaxPendingCalls(10));
        CompletableFuture<Object> one = call("add", 1);
        TestingKeeper.Asked first = leader.awaitAsked();
        CompletableFuture<Object> two = call("add", 1);
        CompletableFuture<Object> three = call("add", 1);
        CompletableFuture<Object> free = call("grow", 0);
        awaitRun();
        first.save();
        assertEquals(1, await(one));
        TestingKeeper.Asked last = leader.awaitAsked();
        assertEquals(4, last.request().getNumber());
        assertEquals(3, total(last));
        assertFalse(two.isDone() || three.isDone() || free.isDone());
        last.save();
        assertEquals(List.of(2, 3, 3), List.of(await(two), await(three), await(free)));
    }

    /** What was called before has run, as calls are taken in order. */
    private void awaitRun() throws Exception {
        OrreryException wrong = failureOf(caller.call(
                TestingFunctions.method(ScriptedActor.class, "reset", methodType(void.class)), TestingCaller.LONG));
        assertEquals(ErrorCode.INVALID_ARGUMENT, wrong.code());
    }

    /** What was sent on the connection before is known to the worker. */
    private void awaitArrival() throws Exception {
        CompletableFuture<Object> refused = caller.send(
                SECOND,
                TestingFunctions.method(ScriptedSaver.class, "add", methodType(int.class, int.class)),
                TestingCaller.LONG,
                List.of());
        assertEquals(ErrorCode.FENCED, failureOf(refused).code());
    }

    @Test
    void notMoreAnswersWaitThanCallsMay() throws Exception {
        serve(FIRST, every(1));
        CompletableFuture<Object> one = call("add", 1);
        TestingKeeper.Asked first = leader.awaitAsked();
        CompletableFuture<Object> two = call("add", 1);
        CompletableFuture<Object> three = call("add", 1);
        awaitArrival();
        first.save();
        assertEquals(1, await(one));
        TestingKeeper.Asked second = leader.awaitAsked();
        assertEquals(2, total(second), "two answers waited, so the third call had not begun");
        second.save();
        assertEquals(2, await(two));
        leader.awaitAsked().save();
        assertEquals(3, await(three));
    }

    @Test
    void anAsynchronousCallIsSavedAfterItsStage() throws Exception {
        serve(FIRST, every(1));
        ActorCallRequest request = ActorCallRequest.newBuilder()
                .setLife(FIRST)
                .setFunction(TestingFunctions.method(
                        ScriptedSaver.class, "addLater", methodType(CompletableFuture.class, int.class)))
                .addArguments(caller.value(4))
                .setAsync(true)
                .build();
        CompletableFuture<Object> later = caller.send(request, TestingCaller.LONG);
        TestingKeeper.Asked asked = leader.awaitAsked();
        assertEquals(4, total(asked));
        assertFalse(later.isDone());
        asked.save();
        assertEquals(4, await(later));
    }

    @Test
    void anActorSavesWhenItWantsAndItsCallerWaitsForThat() throws Exception {
        serve(FIRST, every(0).setMaxPendingCalls(10));
        assertEquals(2, await(call("add", 2)));
        CompletableFuture<Object> saving = call("addAndSave", 1);
        TestingKeeper.Asked asked = leader.awaitAsked();
        assertEquals(3, total(asked));
        CompletableFuture<Object> seeing = call("add", 1);
        awaitRun();
        assertFalse(saving.isDone() || seeing.isDone(), "who sees what it did is told no sooner");
        asked.save();
        assertEquals(List.of(3, 4), List.of(await(saving), await(seeing)));
        CompletableFuture<Object> telling = caller.call(
                TestingFunctions.method(ScriptedSaver.class, "saveAndTell", methodType(String.class)),
                TestingCaller.LONG);
        leader.awaitAsked().save();
        assertEquals("saved", await(telling));
    }

    @Test
    void timeCountsFromWhenItWasSavedLast() throws Exception {
        serve(FIRST, every(0).setCheckpointIntervalMillis(1_000));
        assertEquals(1, await(call("add", 1)));
        environment.timers().advance(Duration.ofSeconds(1));
        CompletableFuture<Object> due = call("add", 1);
        TestingKeeper.Asked asked = leader.awaitAsked();
        assertEquals(2, total(asked));
        asked.save();
        assertEquals(2, await(due));
        assertEquals(3, await(call("add", 1)), "within the next second");
    }

    @Test
    void whatCannotBeSavedFailsItsCallAndSaysThatItHasRun() throws Exception {
        serve(FIRST, every(1));
        CompletableFuture<Object> fenced = call("add", 1);
        leader.awaitAsked()
                .answer()
                .completeExceptionally(OrreryException.of(ErrorCode.FENCED, "the actor is ALIVE, at incarnation 2"));
        OrreryException failed = failureOf(fenced);
        assertEquals(ErrorCode.CHECKPOINT_FAILED, failed.code());
        assertTrue(failed.getMessage().contains("add of actor saver has run"), failed.getMessage());
        assertTrue(failed.getMessage().contains("at incarnation 2"), failed.getMessage());

        OrreryException large = failureOf(call("grow", 70_000));
        assertEquals(ErrorCode.CHECKPOINT_TOO_LARGE, large.code());
        assertTrue(large.getMessage().contains("more than the 61440 that a checkpoint may have"), large.getMessage());

        OrreryException thrown = failureOf(caller.call(
                TestingFunctions.method(ScriptedSaver.class, "refuse", methodType(int.class, String.class)),
                TestingCaller.LONG,
                "not now"));
        assertEquals(ErrorCode.CHECKPOINT_FAILED, thrown.code());
        assertTrue(thrown.getMessage().startsWith("java.lang.IllegalStateException: not now"), thrown.getMessage());
        assertFalse(leader.isAsked());
    }

    @Test
    void theNextLifeBeginsWithWhatWasSaved() throws Exception {
        leader.keeps(request -> {
            assertEquals(SECOND, request.getLife());
            return kept(new Kept(40, ""));
        });
        serve(SECOND, every(1));
        CompletableFuture<Object> next = call("add", 2);
        TestingKeeper.Asked asked = leader.awaitAsked();
        assertEquals(SECOND, asked.request().getLife());
        assertEquals(1, asked.request().getNumber());
        asked.save();
        assertEquals(42, await(next));
    }

    @Test
    void aNextLifeOfWhichNothingWasSavedBeginsAnew() throws Exception {
        serve(SECOND, every(0));
        assertEquals(2, await(call("add", 2)));
    }

    @Test
    void noLifeBeginsWithoutItsState() throws Exception {
        leader.keeps(request -> kept(new Kept(-1, "")));
        start(SECOND, every(0));
        Failure first = environment.awaitFailure();
        assertEquals("java.lang.IllegalArgumentException", first.kind());
        assertEquals("no total: -1", first.message());
        Failure then = first.consequence().orElseThrow();
        assertTrue(
                then.message()
                        .contains("what life 1 of actor saver saved (checkpoint 7, 50 bytes) could not be restored"),
                then.message());
    }

    @Test
    void whatIsOfAnotherTypeIsNotRestored() throws Exception {
        leader.keeps(request -> kept("a text"));
        start(SECOND, every(0));
        assertEquals("java.lang.ClassCastException", environment.awaitFailure().kind());
    }

    @Test
    void anActorThatSavesNothingIsToldSo() throws Exception {
        start(FIRST, every(1).setFactory(TestingFunctions.constructor(ScriptedActor.class)));
        Failure first = environment.awaitFailure();
        assertTrue(
                first.message()
                        .contains("checkpointEvery is set, but dev.orrery.testing.ScriptedActor does not implement"
                                + " dev.orrery.Checkpointable"),
                first.message());
    }

    @Test
    void whoWaitsForAStateIsToldWhenTheActorIsStopped() throws Exception {
        serve(FIRST, every(1));
        CompletableFuture<Object> waiting = call("add", 1);
        leader.awaitAsked();
        CompletableFuture<Void> stopped = actor.stop();
        assertEquals(ErrorCode.ACTOR_DEAD, failureOf(waiting).code());
        stopped.get(30, TimeUnit.SECONDS);
    }

    @Test
    void anActorThatExitsHasAnsweredBefore() throws Exception {
        serve(FIRST, every(1));
        CompletableFuture<Object> last = call("addAndExit", 1);
        leader.awaitAsked().save();
        assertEquals(1, await(last));
        assertTrue(leader.awaitExit().getByItself());
    }

    @Test
    void anActorThatExitsAwaitsTheAnswerThatNoCallMayFollow() throws Exception {
        serve(FIRST, every(1).setMaxPendingCalls(1));
        CompletableFuture<Object> last = call("addAndExit", 1);
        TestingKeeper.Asked asked = leader.awaitAsked();
        assertThrows(TimeoutException.class, () -> last.get(100, TimeUnit.MILLISECONDS));
        asked.save();
        assertEquals(1, await(last));
    }
}
