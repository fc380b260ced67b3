package dev.orrery.internal.client;

import static dev.orrery.testing.TestingRpc.answer;
import static dev.orrery.testing.TestingRpc.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorRef;
import dev.orrery.PlacementOptions;
import dev.orrery.PlacementPolicy;
import dev.orrery.error.ActorDeadException;
import dev.orrery.error.ActorFailedException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.error.StartFailedException;
import dev.orrery.function.ActorAction0;
import dev.orrery.function.ActorFactory0;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.testing.TestingCounter;
import dev.orrery.testing.TestingRpc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ActorCallsTest {
    private static final Duration LONG = TestingRpc.LONG;

    private final TestingRpc rpc = new TestingRpc(RpcLimits.defaults());
    private final TestingActorHead head = new TestingActorHead(rpc);
    private final ClusterClient client = ClusterClient.open(TestingRpc.SECRET, List.of(head.server.address()));
    private final ActorStart actors = new ActorStart(client, LONG);
    private final ValueCodec codec =
            new ValueCodec(new ForySerializer(getClass().getClassLoader()));
    private final BlockingQueue<ActorCallRequest> asked = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        client.close();
        rpc.close();
    }

    private RpcServer worker(String actor, Function<ActorCallRequest, CompletableFuture<ActorCallResponse>> behaviour) {
        return rpc.serve(
                TestingRpc.identity(PeerRole.WORKER, actor),
                RpcLimits.defaults(),
                TestingRpc.ANY_PORT,
                RpcHandlers.builder()
                        .on(Protocol.CALL_ACTOR, (connection, request) -> {
                            asked.add(request);
                            return behaviour.apply(request);
                        })
                        .build());
    }

    private static CompletableFuture<ActorCallResponse> echo(ActorCallRequest request) {
        Value first = request.getArgumentsCount() == 0
                ? Value.newBuilder().setNothing(true).build()
                : request.getArguments(0);
        return CompletableFuture.completedFuture(
                ActorCallResponse.newBuilder().setResult(first).build());
    }

    private ActorRef<TestingCounter> alive(Function<ActorCallRequest, CompletableFuture<ActorCallResponse>> behaviour) {
        head.finallySays(
                TestingActorHead.alive(worker(TestingActorHead.ACTOR, behaviour).address()));
        return actors.find("default", "counter", TestingCounter.class);
    }

    private static OrreryException error(CompletableFuture<?> call) {
        return assertInstanceOf(OrreryException.class, failure(call));
    }

    @Test
    void methodsWithAndWithoutResultAreCalledByName() throws InterruptedException {
        ActorRef<TestingCounter> counter = alive(ActorCallsTest::echo);
        CompletableFuture<Integer> sum = counter.call(TestingCounter::add, 5);
        assertEquals(5, answer(sum));
        CompletableFuture<Void> reset = counter.call(TestingCounter::reset);
        assertEquals(Optional.empty(), Optional.ofNullable(answer(reset)));
        CompletableFuture<String> joined = counter.call(TestingCounter::join, "a", 1, 2L, 3.0);
        assertEquals("a", answer(joined));
        ActorCallRequest first = asked.poll(LONG.toSeconds(), TimeUnit.SECONDS);
        assertEquals(TestingActorHead.LIFE, first.getLife());
        assertEquals("add", first.getFunction().getMethod().getName());
        assertEquals(5, codec.fromMessage("it", first.getArguments(0)));
    }

    @Test
    void aLambdaWithTypedParametersMayReturnSomethingOrNothing() {
        ActorRef<TestingCounter> counter = alive(ActorCallsTest::echo);
        CompletableFuture<Integer> more = counter.call((TestingCounter it, Integer x) -> it.add(x) + 1, 5);
        assertEquals(5, answer(more));
        assertEquals(Optional.empty(), Optional.ofNullable(answer(counter.call((TestingCounter it) -> it.reset()))));
    }

    @Test
    void callsArriveInOrderAlsoWhileTheConnectionIsMade() throws InterruptedException {
        ActorRef<TestingCounter> counter = alive(ActorCallsTest::echo);
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            calls.add(counter.call(TestingCounter::add, i));
        }
        calls.forEach(call -> answer(call));
        for (int i = 0; i < 500; i++) {
            assertEquals(
                    i,
                    codec.fromMessage(
                            "it", asked.poll(LONG.toSeconds(), TimeUnit.SECONDS).getArguments(0)));
        }
    }

    @Test
    void noHeadIsNeededWhileTheConnectionLives() {
        ActorRef<TestingCounter> counter = alive(ActorCallsTest::echo);
        assertEquals(1, answer(counter.call(TestingCounter::add, 1)));
        head.server.close();
        assertEquals(2, answer(counter.call(TestingCounter::add, 2)));
    }

    @Test
    void theUsersExceptionComesFirst() {
        ActorRef<TestingCounter> counter = alive(request -> CompletableFuture.failedFuture(OrreryException.of(
                ErrorCode.ACTOR_FAILED,
                "add failed",
                Map.of(),
                Optional.of(Failure.of("java.lang.IllegalStateException", "no more")))));
        OrreryException failed = error(counter.call(TestingCounter::add, 1));
        assertInstanceOf(ActorFailedException.class, failed);
        assertTrue(failed.getMessage().startsWith("java.lang.IllegalStateException: no more"), failed.getMessage());
    }

    @Test
    void aCallInFlightFailsWithHowTheActorDiedAndLaterOnesAtOnce() throws InterruptedException {
        RpcServer worker = worker(TestingActorHead.ACTOR, request -> new CompletableFuture<>());
        head.finallySays(TestingActorHead.alive(worker.address()));
        ActorRef<TestingCounter> counter = actors.find("default", "counter", TestingCounter.class);
        CompletableFuture<Integer> flying = counter.call(TestingCounter::add, 1);
        asked.poll(LONG.toSeconds(), TimeUnit.SECONDS);
        // The leader hears of it a little later than the caller.
        head.says(TestingActorHead.alive(worker.address())).finallySays(TestingActorHead.dead("signal", "9 (SIGKILL)"));
        worker.close();
        OrreryException failed = error(flying);
        assertInstanceOf(ActorDeadException.class, failed);
        assertTrue(
                failed.getMessage().startsWith("signal: 9 (SIGKILL) (on host-1, log /logs/counter)"),
                failed.getMessage());
        head.server.close();
        CompletableFuture<Integer> later = counter.call(TestingCounter::add, 2);
        assertTrue(later.isDone(), "at once, without asking anybody");
        assertInstanceOf(ActorDeadException.class, error(later));
    }

    @Test
    void anotherWorkerAtItsPortIsNotAsked() {
        RpcServer other = worker("another", ActorCallsTest::echo);
        head.says(TestingActorHead.alive(other.address()))
                .says(TestingActorHead.alive(other.address()))
                .finallySays(TestingActorHead.dead("exit", "1"));
        ActorRef<TestingCounter> counter = actors.find("default", "counter", TestingCounter.class);
        assertEquals(
                ErrorCode.ACTOR_DEAD,
                error(counter.call(TestingCounter::add, 1)).code());
        assertTrue(asked.isEmpty());
    }

    @Test
    void deadlinesNameTheActorAndItsMethod() {
        ActorRef<TestingCounter> slow = alive(request -> new CompletableFuture<>());
        OrreryException late = error(slow.within(Duration.ofMillis(100)).call(TestingCounter::add, 1));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, late.code());
        assertTrue(
                late.getMessage().contains("100 ms for actor counter (7-1) to answer TestingCounter.add"),
                late.getMessage());
        assertThrows(OrreryException.class, () -> slow.within(Duration.ZERO));
    }

    @Test
    void aDeadlineAlsoEndsACallWhileTheActorIsNotThere() {
        head.finallySays(TestingActorHead.view("STARTING"));
        ActorRef<TestingCounter> starting = actors.find("default", "counter", TestingCounter.class);
        assertEquals(
                ErrorCode.DEADLINE_EXCEEDED,
                error(starting.within(Duration.ofMillis(150)).call(TestingCounter::add, 1))
                        .code());
    }

    @Test
    void cancellingReachesTheWorker() throws InterruptedException {
        CompletableFuture<ActorCallResponse> served = new CompletableFuture<>();
        ActorRef<TestingCounter> counter = alive(request -> served);
        CompletableFuture<Integer> call = counter.call(TestingCounter::add, 1);
        asked.poll(LONG.toSeconds(), TimeUnit.SECONDS);
        call.cancel(true);
        CompletableFuture<Boolean> cancelled = served.handle((value, failure) -> served.isCancelled());
        assertTrue(answer(cancelled));
    }

    @Test
    void whatCannotBeSerialisedFailsTheCallHere() {
        ActorRef<TestingCounter> counter = alive(ActorCallsTest::echo);
        OrreryException refused = error(counter.call((TestingCounter it, Object thread) -> 1, Thread.currentThread()));
        assertEquals(ErrorCode.NOT_SERIALIZABLE, refused.code());
        assertTrue(refused.getMessage().contains("java.lang.Thread"), refused.getMessage());
        assertTrue(refused.getMessage().contains("argument 1"), refused.getMessage());
    }

    @Test
    void closingTheClientEndsCalls() throws InterruptedException {
        ActorRef<TestingCounter> counter = alive(request -> new CompletableFuture<>());
        CompletableFuture<Integer> call = counter.call(TestingCounter::add, 1);
        asked.poll(LONG.toSeconds(), TimeUnit.SECONDS);
        client.close();
        assertEquals(ErrorCode.CANCELLED, error(call).code());
        assertEquals(
                ErrorCode.CANCELLED, error(counter.call(TestingCounter::add, 2)).code());
    }

    @Test
    void badInputIsToldByTypeAndWords() {
        ActorRef<TestingCounter> counter = alive(ActorCallsTest::echo);
        ActorAction0<TestingCounter> none = null;
        assertEquals("the function is null", error(counter.call(none)).getMessage());
        for (Duration wrong : Arrays.asList(null, Duration.ZERO, Duration.ofSeconds(Long.MAX_VALUE))) {
            for (Runnable call : List.<Runnable>of(() -> counter.within(wrong), () -> counter.kill(wrong))) {
                OrreryException refused = assertThrows(OrreryException.class, call::run);
                assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
                assertTrue(
                        refused.getMessage().endsWith("must be from 1 ms to 365 days, not " + wrong),
                        refused.getMessage());
            }
        }
    }

    @Test
    void startWaitsForALIVEAndSaysWhatWasAsked() {
        head.says(TestingActorHead.view("PENDING"))
                .says(TestingActorHead.view("STARTING"))
                .finallySays(TestingActorHead.alive(
                        worker(TestingActorHead.ACTOR, ActorCallsTest::echo).address()));
        ActorFactory0<TestingCounter> factory = TestingCounter::new;
        ActorRef<TestingCounter> counter = actors.start(options(), factory, List.of(), LONG);
        assertEquals(TestingActorHead.ACTOR, counter.id());
        assertEquals(Optional.of("counter"), counter.name());
        PlainActorSpec spec = head.started.get(0).getActor();
        assertEquals("TestingCounter", spec.getClassLabel());
        assertEquals("team-b", spec.getNamespace());
        assertEquals(7, spec.getCheckpointCalls());
        assertEquals(1_500, spec.getCheckpointIntervalMillis());
        assertEquals(250, spec.getResources().getMilliCpus());
        assertEquals(0, spec.getResources().getGpus());
        assertEquals(125, spec.getResources().getMilliGpu());
        assertEquals(1_024, spec.getResources().getMemoryBytes());
        assertEquals(Map.of("tpu", 500L), spec.getResources().getMilliNamedMap());
        assertEquals(
                NodeChoice.newBuilder()
                        .putLabels("zone", "a")
                        .setNode("n1")
                        .setPolicy(NodeChoice.Policy.SPREAD)
                        .build(),
                spec.getNodeChoice());
        assertTrue(spec.getArtifactsCount() > 0, "its class is shipped");
    }

    @Test
    void killWaitsUntilItIsDeadAndMayBeRepeated() {
        ActorRef<TestingCounter> counter = alive(ActorCallsTest::echo);
        head.says(TestingActorHead.view("DRAINING")).finallySays(TestingActorHead.dead("killed", "a driver killed it"));
        counter.kill();
        head.finallySays(() -> CompletableFuture.failedFuture(OrreryException.of(ErrorCode.NOT_FOUND, "forgotten")));
        counter.kill();
        assertEquals(List.of(TestingActorHead.ACTOR, TestingActorHead.ACTOR), head.killed);
    }

    @Test
    void killTellsWhatItWaitedFor() {
        ActorRef<TestingCounter> counter = alive(ActorCallsTest::echo);
        head.finallySays(TestingActorHead.view("DRAINING"));
        OrreryException late = assertThrows(OrreryException.class, () -> counter.kill(Duration.ofMillis(50)));
        assertTrue(late.getMessage().contains("actor 'counter' to end; it is DRAINING"), late.getMessage());
    }

    @Test
    void aStartThatFailsTellsTheFirstCauseAndIsTakenAway() {
        head.finallySays(TestingActorHead.dead("java.lang.IllegalStateException", "no database"));
        ActorFactory0<TestingCounter> factory = TestingCounter::new;
        StartFailedException failed =
                assertThrows(StartFailedException.class, () -> actors.start(options(), factory, List.of(), LONG));
        assertTrue(failed.getMessage().startsWith("java.lang.IllegalStateException: no database"), failed.getMessage());
        assertEquals(List.of(TestingActorHead.ACTOR), head.killed);
    }

    @Test
    void theNameOfADeadActorTellsHowItDied() {
        head.finallySays(TestingActorHead.dead("exit", "3"));
        ActorDeadException dead =
                assertThrows(ActorDeadException.class, () -> actors.find("default", "counter", TestingCounter.class));
        assertTrue(dead.getMessage().startsWith("exit: 3"), dead.getMessage());
    }

    private static ActorStart.Options options() {
        return new ActorStart.Options(
                Optional.of("counter"),
                Optional.of("team-b"),
                0.25,
                0.125,
                new PlacementOptions(
                        1_024,
                        Map.of("tpu", 0.5, "unused", 0.0001),
                        Map.of("zone", "a"),
                        Optional.of("n1"),
                        PlacementPolicy.SPREAD,
                        Optional.empty()),
                List.of(),
                10,
                Duration.ofSeconds(10),
                0,
                Duration.ofSeconds(60),
                false,
                0,
                false,
                1,
                false,
                new ActorStart.Checkpoints(7, Optional.of(Duration.ofMillis(1_500))));
    }
}
