package dev.orrery.worker.actor;

import static dev.orrery.testing.TestingCaller.await;
import static dev.orrery.testing.TestingCaller.failureOf;
import static java.lang.invoke.MethodType.methodType;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.tensor.Tensor;
import dev.orrery.testing.ScriptedActor;
import dev.orrery.testing.ScriptedActor.Sum;
import dev.orrery.testing.ScriptedLambdas;
import dev.orrery.testing.TestingCaller;
import dev.orrery.testing.TestingEnvironment;
import dev.orrery.testing.TestingFunctions;
import dev.orrery.testing.TestingNode;
import dev.orrery.testing.TestingWorldManager;
import dev.orrery.testing.TestingWorlds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class PlainActorTest {
    private static final ActorLife ME = TestingWorlds.life("me");
    private static final ActorLife PEER = TestingWorlds.life("peer");
    private static final int MAX_PENDING = 3;
    private static final ActorFunction BLOCK =
            TestingFunctions.method(ScriptedActor.class, "block", methodType(String.class));

    @TempDir
    private Path folder;

    private final RpcTransport transport = new RpcTransport("test", 2);
    private final TestingWorlds network = new TestingWorlds();
    private final TestingWorldManager mine = network.manager((world, state, cause) -> {});
    private final ValueCodec codec = new ValueCodec(new ForySerializer(PlainActorTest.class.getClassLoader()));
    private final Semaphore gate = new Semaphore(0);
    private final PlainActor actor = new PlainActor();
    private TestingEnvironment environment;
    private TestingCaller caller;
    private boolean exclusive;

    @BeforeEach
    void begin() {
        System.getProperties().put(ScriptedActor.GATE, gate);
        System.getProperties().remove(ScriptedActor.CLOSED);
        transport.start();
    }

    @AfterEach
    void end() throws Exception {
        gate.release(100);
        if (environment != null) {
            stop();
        }
        if (caller != null) {
            caller.close();
        }
        transport.close();
        System.getProperties().remove(ScriptedActor.GATE);
    }

    private void stop() throws Exception {
        CompletableFuture<Void> stopped = actor.stop();
        stopped.get(30, TimeUnit.SECONDS);
    }

    private void start(ActorFunction factory, Object... arguments) throws Exception {
        PlainActorSpec.Builder spec = PlainActorSpec.newBuilder()
                .setName("sums")
                .setFactory(factory)
                .setMaxPendingCalls(MAX_PENDING)
                .setExclusive(exclusive);
        for (Object argument : arguments) {
            spec.addArguments(codec.toMessage("argument", argument));
        }
        DesiredWorker desired = DesiredWorker.newBuilder()
                .setLife(ME)
                .setLabel("sums")
                .setSpec(ActorSpec.newBuilder().setActor(spec))
                .build();
        environment = new TestingEnvironment(
                TestingNode.launch(folder, ME, List.of(ScriptedActor.artifact())), desired, mine, transport);
        actor.start(environment);
    }

    private void serve() throws Exception {
        start(TestingFunctions.constructor(ScriptedActor.class, int.class), 10);
        environment.awaitChange();
        assertEquals(WorkerState.OPEN, actor.state());
        caller = connect();
    }

    private TestingCaller connect() throws Exception {
        WorkerReport.Builder report = WorkerReport.newBuilder();
        actor.contributeTo(report);
        return TestingCaller.connect(transport, HostPort.of(report.getRpcAddress()), ME);
    }

    /** Its thread is inside a call that goes on when the gate opens. */
    private CompletableFuture<Object> occupy() {
        CompletableFuture<Object> blocked = caller.call(BLOCK, TestingCaller.LONG);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(gate::hasQueuedThreads);
        return blocked;
    }

    /** What was sent on the connection before is known to the worker. */
    private static void awaitArrival(TestingCaller through) throws Exception {
        CompletableFuture<Object> refused = through.send(PEER, BLOCK, TestingCaller.LONG, List.of());
        assertEquals(ErrorCode.FENCED, failureOf(refused).code());
    }

    @Test
    void callsRunOneAfterAnotherOnTheActorsThread() throws Exception {
        serve();
        List<CompletableFuture<Object>> calls = new ArrayList<>();
        for (int i = 0; i < MAX_PENDING; i++) {
            calls.add(caller.call(int.class, "add", 1));
        }
        for (int i = 0; i < MAX_PENDING; i++) {
            assertEquals(11 + i, await(calls.get(i)));
        }
        assertEquals(new Sum(15, "sums/me#1"), await(caller.call(Sum.class, "add", new Sum(2, "x"))));
        assertNull(await(caller.call(void.class, "reset")));
        assertEquals(0, await(caller.call(int.class, "add", 0)));
        assertTrue(((String) await(caller.call(String.class, "thread"))).contains("user-sums"));
    }

    @Test
    void aLambdaRunsToo() throws Exception {
        serve();
        ActorFunction lambda = TestingFunctions.lambda(ScriptedLambdas.addTimes(7));
        assertEquals(24, await(caller.call(lambda, TestingCaller.LONG, 2)));
    }

    @Test
    void tensorsAreLentAndGiven() throws Exception {
        serve();
        try (Tensor tensor = Tensor.ofFloats(new float[] {1, 2}, 2)) {
            try (Tensor doubled = (Tensor) await(caller.call(Tensor.class, "doubled", tensor))) {
                assertArrayEquals(new float[] {2, 4}, doubled.toFloats());
            }
            try (Tensor same = (Tensor) await(caller.call(Tensor.class, "same", tensor))) {
                assertArrayEquals(new float[] {1, 2}, same.toFloats());
            }
        }
    }

    @Test
    void whatAMethodThrowsFailsThatCallWithTheUsersExceptionFirst() throws Exception {
        serve();
        OrreryException failed = failureOf(caller.call(int.class, "fail", "disk"));
        assertEquals(ErrorCode.ACTOR_FAILED, failed.code());
        assertEquals("me", failed.ids().get("actor"));
        Failure first = failed.failure().orElseThrow();
        assertEquals("java.lang.IllegalStateException", first.kind());
        assertEquals("root disk", first.message());
        assertEquals("java.io.IOException", first.consequence().orElseThrow().kind());
        assertTrue(first.logPath().endsWith("output.log"), first.logPath());
        assertEquals(11, await(caller.call(int.class, "add", 1)));
    }

    @Test
    void noMistakeOfACallEndsTheActor() throws Exception {
        serve();
        assertEquals(
                ErrorCode.ACTOR_FAILED,
                failureOf(caller.call(int.class, "overflow", 0)).code());
        assertEquals(10, await(caller.call(int.class, "interruptSelf")));
        OrreryException unserializable = failureOf(caller.call(Object.class, "unserializable"));
        assertEquals(ErrorCode.NOT_SERIALIZABLE, unserializable.code());
        assertTrue(unserializable.getMessage().contains("java.lang.Thread"), unserializable.getMessage());
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                failureOf(caller.call(int.class, "gone")).code());
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                failureOf(caller.call(
                                TestingFunctions.method(String.class, "length", methodType(int.class)),
                                TestingCaller.LONG))
                        .code());
        Value whole = caller.value(new Sum(1, "x"));
        Value garbage = whole.toBuilder()
                .setObject(whole.getObject().substring(0, whole.getObject().size() / 2))
                .build();
        ActorFunction add = TestingFunctions.method(ScriptedActor.class, "add", methodType(int.class, int.class));
        assertEquals(
                ErrorCode.NOT_SERIALIZABLE,
                failureOf(caller.send(ME, add, TestingCaller.LONG, List.of(garbage)))
                        .code());
        assertEquals(
                ErrorCode.ACTOR_FAILED,
                failureOf(caller.call(add, TestingCaller.LONG, "text")).code());
        assertEquals(11, await(caller.call(int.class, "add", 1)));
        assertFalse(environment.failed());
    }

    @Test
    void aCallForAnotherLifeIsRefused() throws Exception {
        serve();
        ActorLife later = ME.toBuilder().setIncarnation(2).build();
        OrreryException fenced = failureOf(caller.send(later, BLOCK, TestingCaller.LONG, List.of()));
        assertEquals(ErrorCode.FENCED, fenced.code());
        assertTrue(fenced.getMessage().contains("me#2"), fenced.getMessage());
    }

    @Test
    void oneCallMoreThanMayWaitIsRefusedAtOnce() throws Exception {
        serve();
        CompletableFuture<Object> blocked = occupy();
        List<CompletableFuture<Object>> waiting = new ArrayList<>();
        for (int i = 0; i < MAX_PENDING; i++) {
            waiting.add(caller.call(int.class, "add", 1));
        }
        assertEquals(
                ErrorCode.ACTOR_OVERLOADED,
                failureOf(caller.call(int.class, "add", 1)).code());
        gate.release();
        assertEquals("went on", await(blocked));
        assertEquals(13, await(waiting.get(MAX_PENDING - 1)));
    }

    @Test
    void aCallThatNobodyWaitsForIsNotRun() throws Exception {
        serve();
        CompletableFuture<Object> blocked = occupy();
        CompletableFuture<Object> late = caller.call(
                TestingFunctions.method(ScriptedActor.class, "add", methodType(int.class, int.class)),
                Duration.ofMillis(500),
                100);
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, failureOf(late).code());
        awaitArrival(caller);
        try (TestingCaller other = connect()) {
            CompletableFuture<Object> cancelled = other.call(int.class, "add", 1_000);
            cancelled.cancel(true);
            awaitArrival(other);
            CompletableFuture<Object> last = other.call(int.class, "add", 1);
            gate.release();
            assertEquals("went on", await(blocked));
            assertEquals(11, await(last));
        }
    }

    @Test
    void theProcessIsUsedWhileACallerIsConnected() throws Exception {
        serve();
        assertFalse(actor.linked());
        await(caller.call(int.class, "add", 1));
        assertTrue(actor.linked());
        caller.close();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !actor.linked());
    }

    @Test
    void stoppingFailsWhatWaitsInterruptsWhatRunsAndClosesTheActor() throws Exception {
        serve();
        CompletableFuture<Object> running = occupy();
        CompletableFuture<Object> waiting = caller.call(int.class, "add", 1);
        awaitArrival(caller);
        stop();
        assertEquals(ErrorCode.UNAVAILABLE, failureOf(waiting).code());
        OrreryException interrupted = failureOf(running);
        assertEquals(ErrorCode.ACTOR_DEAD, interrupted.code());
        assertEquals("stop", interrupted.failure().orElseThrow().kind());
        assertEquals("sums/me#1", System.getProperty(ScriptedActor.CLOSED));
        assertEquals(
                ErrorCode.CONNECTION_LOST,
                failureOf(caller.call(int.class, "add", 1)).code());
    }

    @Test
    void aCallThatDoesNotEndHoldsAStopForABoundedTime() throws Exception {
        serve();
        CompletableFuture<Object> endless = caller.call(void.class, "blockForGood");
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> "blocked"
                .equals(System.getProperties().get(ScriptedActor.CLOSED)));
        CompletableFuture<Void> stopped = actor.stop();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> "ignored".equals(System.getProperties().get(ScriptedActor.CLOSED)) || endless.isDone());
        environment.timers().advance(Duration.ofSeconds(2));
        stopped.get(30, TimeUnit.SECONDS);
        assertEquals(ErrorCode.ACTOR_DEAD, failureOf(endless).code());
    }

    @Test
    void anExclusiveActorActsOnlyWhileItHoldsItsLease() throws Exception {
        exclusive = true;
        start(TestingFunctions.constructor(ScriptedActor.class, int.class), 10);
        CompletableFuture<Duration> first = environment.awaitLeaseRequest();
        assertEquals(WorkerState.OPENING, actor.state(), "not even constructed");
        first.complete(Duration.ofSeconds(10));
        environment.awaitChange();
        caller = connect();
        assertEquals(11, await(caller.call(int.class, "add", 1)));

        CompletableFuture<Object> running = occupy();
        CompletableFuture<Object> waiting = caller.call(int.class, "add", 1);
        awaitArrival(caller);
        environment.clock().advance(Duration.ofSeconds(10));
        assertEquals(
                ErrorCode.ACTOR_PAUSED,
                failureOf(caller.call(int.class, "add", 1)).code());
        gate.release();
        assertEquals(ErrorCode.LEASE_LOST, failureOf(running).code());
        assertEquals(ErrorCode.ACTOR_PAUSED, failureOf(waiting).code());

        environment.timers().advance(Duration.ZERO);
        environment.awaitLeaseRequest().complete(Duration.ofSeconds(10));
        assertEquals(12, await(caller.call(int.class, "add", 1)), "what was refused has not run");
    }

    @Test
    void anErrorOfTheJvmEndsTheProcess() throws Exception {
        serve();
        var unused = caller.call(void.class, "runOut");
        assertEquals("java.lang.OutOfMemoryError", environment.awaitFailure().kind());
    }

    @Test
    void aConstructorThatThrowsFailsTheStart() throws Exception {
        start(TestingFunctions.constructor(ScriptedActor.class, int.class), -5);
        Failure failure = environment.awaitFailure();
        assertEquals("java.lang.IllegalArgumentException", failure.kind());
        assertEquals("counts from 0, not from -5", failure.message());
        assertEquals(WorkerState.OPENING, actor.state());
    }

    @Test
    void aFactoryThatGivesNullOrDoesNotExistFailsTheStart() throws Exception {
        start(TestingFunctions.staticMethod(ScriptedActor.class, "none", methodType(ScriptedActor.class)));
        assertTrue(environment.awaitFailure().message().contains("returned null"));
    }

    @Test
    void anActorTalksInItsWorlds() throws Exception {
        serve();
        TestingWorldManager theirs = network.manager((world, state, cause) -> {});
        WorldSpec ring = TestingWorlds.named("ring", 7, PEER, ME);
        CompletableFuture<Object> exchanged = caller.call(String.class, "exchange", "ring", "hello");
        actor.onDesired(environment.desired().toBuilder().addWorlds(ring).build());
        theirs.join(ring, PEER);
        actor.onWorldReady(mine.join(ring, ME).get(10, TimeUnit.SECONDS));
        var peer = theirs.world(7).orElseThrow().communicator();
        try (Tensor hello = peer.receive(1).get(30, TimeUnit.SECONDS);
                Tensor answer = Tensor.ofStrings("answer")) {
            assertEquals(List.of("hello"), hello.toStrings());
            peer.send(1, answer).get(30, TimeUnit.SECONDS);
        }
        assertEquals("7:answer", await(exchanged));

        actor.onWorldEnded(7, WorldState.BROKEN, Optional.of(Failure.of("link", "peer died")));
        OrreryException broken = failureOf(caller.call(String.class, "stateOf", "ring"));
        assertEquals(
                "dev.orrery.error.BrokenWorldException",
                broken.failure().orElseThrow().kind());
        assertTrue(broken.getMessage().contains("peer died"), broken.getMessage());
    }
}
