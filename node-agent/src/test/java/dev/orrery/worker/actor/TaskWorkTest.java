package dev.orrery.worker.actor;

import static dev.orrery.testing.TestingCaller.await;
import static dev.orrery.testing.TestingCaller.failureOf;
import static java.lang.invoke.MethodType.methodType;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.RetireWorkerResponse;
import dev.orrery.internal.proto.StoredValue;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.StoredValues;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.store.ValueStore;
import dev.orrery.internal.transfer.ObjectExchange;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.testing.ScriptedActor;
import dev.orrery.testing.TestingCaller;
import dev.orrery.testing.TestingEnvironment;
import dev.orrery.testing.TestingNode;
import dev.orrery.testing.TestingWorldManager;
import dev.orrery.testing.TestingWorlds;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker of tasks, as its owner sees it. */
@Timeout(120)
class TaskWorkTest {
    private static final ActorLife ME = TestingWorlds.life("me");
    private static final MethodType ADD = methodType(int.class, int.class, int.class);
    private static final MethodType TEXT = methodType(String.class);
    private static final MethodType FAIL = methodType(int.class, String.class);
    private static final MethodType DOUBLED = methodType(Tensor.class, Tensor.class);
    private static final Duration STUCK = Duration.ofSeconds(6);

    @TempDir
    private Path folder;

    private final RpcTransport transport = new RpcTransport("test", 2);
    private final TestingWorlds network = new TestingWorlds();
    private final TestingWorldManager mine = network.manager((world, state, cause) -> {});
    private final Semaphore gate = new Semaphore(0);
    private final PlainActor worker = new PlainActor();
    private final List<KeptValue> held = new ArrayList<>();
    private final ValueCodec codec =
            new ValueCodec(new ForySerializer(getClass().getClassLoader()));
    private TestingEnvironment environment;
    private TestingCaller owner;

    @BeforeEach
    void begin() throws Exception {
        System.getProperties().put(ScriptedActor.GATE, gate);
        transport.start();
        PlainActorSpec spec = PlainActorSpec.newBuilder()
                .setRunsTasks(true)
                .setMaxPendingCalls(100)
                .build();
        DesiredWorker desired = DesiredWorker.newBuilder()
                .setLife(ME)
                .setLabel("tasks")
                .setSpec(ActorSpec.newBuilder().setActor(spec))
                .build();
        environment = new TestingEnvironment(
                TestingNode.launch(folder, ME, List.of(ScriptedActor.artifact())), desired, mine, transport);
        worker.start(environment);
        environment.awaitChange();
        WorkerReport.Builder report = WorkerReport.newBuilder();
        worker.contributeTo(report);
        owner = TestingCaller.connect(transport, HostPort.of(report.getRpcAddress()), ME);
    }

    @AfterEach
    void end() throws Exception {
        gate.release(100);
        worker.stop().get(30, TimeUnit.SECONDS);
        owner.close();
        transport.close();
        System.getProperties().remove(ScriptedActor.GATE);
    }

    /** Its file would go with it, once nobody refers to it. */
    private Value hold(KeptValue value) {
        held.add(value);
        return value.message();
    }

    /** Its thread is inside a task that goes on when the gate opens. */
    private CompletableFuture<Object> occupy(String method) {
        CompletableFuture<Object> blocked = owner.task(method, TEXT);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(gate::hasQueuedThreads);
        return blocked;
    }

    @Test
    void aTaskNeedsNoActor() throws Exception {
        assertEquals(5, await(owner.task("add", ADD, 2, 3)));
        assertEquals("job-1 describe 2", await(owner.task("describe", TEXT)));
    }

    @Test
    void whatItThrowsIsItsOwnersAndNothingElse() throws Exception {
        OrreryException failed = failureOf(owner.task("fail", methodType(int.class, String.class), "why"));
        assertEquals(ErrorCode.TASK_FAILED, failed.code());
        assertEquals(
                "java.lang.IllegalStateException",
                failed.failure().orElseThrow().kind());
        assertEquals("job-1", failed.ids().get("task"));
        assertEquals(5, await(owner.task("add", ADD, 2, 3)));
    }

    @Test
    void anotherNumberOfArgumentsIsRefused() throws Exception {
        assertEquals(
                ErrorCode.INVALID_ARGUMENT, failureOf(owner.task("add", ADD, 2)).code());
    }

    @Test
    void whatHasNotBegunComesBackWhenItsOwnerAsks() throws Exception {
        CompletableFuture<Object> running = occupy("block");
        CompletableFuture<Object> waiting = owner.task("add", ADD, 2, 3);
        owner.withdraw();
        assertEquals(ErrorCode.UNAVAILABLE, failureOf(waiting).code());
        gate.release();
        assertEquals("went on", await(running));
    }

    @Test
    void aCancelledTaskIsInterruptedAndWhatWaitsBehindItComesBack() throws Exception {
        CompletableFuture<Object> running = occupy("block");
        CompletableFuture<Object> waiting = owner.task("add", ADD, 2, 3);
        running.cancel(true);
        assertEquals(ErrorCode.UNAVAILABLE, failureOf(waiting).code());
        Awaitility.await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> await(
                        owner.task("add", ADD, 2, 3))
                .equals(5));
        environment.timers().advance(STUCK);
        assertFalse(environment.failed(), "it ended in time");
    }

    @Test
    void aTaskThatDoesNotEndEndsTheProcess() throws Exception {
        CompletableFuture<Object> running = occupy("blockForGood");
        CompletableFuture<Object> waiting = owner.task("add", ADD, 2, 3);
        running.cancel(true);
        failureOf(waiting);
        assertEquals(
                ErrorCode.UNAVAILABLE, failureOf(owner.task("add", ADD, 2, 3)).code(), "nothing is taken");
        environment.timers().advance(STUCK);
        assertTrue(environment.awaitFailure().message().contains("did not end within 5 s"));
    }

    @Test
    void whatIsSentToItIsNoLongerThereOnceItStops() throws Exception {
        CompletableFuture<Object> running = occupy("block");
        CompletableFuture<Object> waiting = owner.task("add", ADD, 2, 3);
        CompletableFuture<Void> stopped = worker.stop();
        assertEquals(ErrorCode.UNAVAILABLE, failureOf(waiting).code());
        assertEquals(ErrorCode.ACTOR_DEAD, failureOf(running).code());
        stopped.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aStoredArgumentIsReadInPlaceAndALargeResultIsStoredForTheOwner() throws Exception {
        try (ValueStore store = new ValueStore();
                Tensor large = tensor()) {
            Path results = store.folders().get(0);
            Value argument = hold(store.keep("it", large, codec));
            assertTrue(argument.hasStored());
            ActorCallResponse answer = owner.task(
                            "doubled",
                            DOUBLED,
                            List.of(argument),
                            store.host(),
                            List.of("/no/such.objects", results.toString()))
                    .get(30, TimeUnit.SECONDS);
            assertEquals(
                    results.resolve("job-1-2").toString(),
                    answer.getResult().getStored().getPath());
            assertFalse(answer.getResult().getStored().hasKeeper(), "it is its owner's");
            assertDoubled(hold(store.adopt(answer.getResult())));
        }
    }

    private static Tensor tensor() {
        Tensor large = Tensor.allocateZeroed(DataType.FP32, 100_000);
        large.setFloat(99_999, 21);
        return large;
    }

    private void assertDoubled(Value result) {
        try (Tensor doubled = (Tensor) codec.fromMessage("it", result)) {
            assertEquals(42f, doubled.getFloat(99_999));
        }
    }

    @Test
    void aStoredArgumentThatIsNotOnThisHostIsAskedForAndNothingRuns() throws Exception {
        ValueStore store = new ValueStore();
        Value argument = store.keep("it", new byte[200_000], codec).message();
        store.close();
        assertTrue(owner.task("fail", FAIL, List.of(argument), store.host(), List.of("/no/such.objects"))
                .get(30, TimeUnit.SECONDS)
                .getElsewhere());
    }

    private ObjectExchange anotherHost() {
        return new ObjectExchange(
                new ObjectExchange.Settings(
                        TestingNode.identity(PeerRole.DRIVER, "driver"),
                        new HostPort("127.0.0.1", 0),
                        () -> "127.0.0.1",
                        "driver of the test"),
                new ValueStore("another host"));
    }

    private static void awaitGone(Path file) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !Files.exists(file));
    }

    @Test
    void aStoredArgumentOfAnotherHostIsFetchedAndALargeResultKeptForIt() throws Exception {
        try (ObjectExchange elsewhere = anotherHost();
                Tensor large = tensor()) {
            ValueStore store = elsewhere.store();
            Value argument = elsewhere.offered(hold(store.keep("it", large, codec)));
            List<String> folders = List.of(store.folders().get(0).toString());
            ActorCallResponse answer = owner.task("doubled", DOUBLED, List.of(argument), store.host(), folders)
                    .get(30, TimeUnit.SECONDS);
            StoredValue result = answer.getResult().getStored();
            assertTrue(Files.exists(Path.of(result.getPath())));
            assertFalse(result.getPath().startsWith(folders.get(0)), "it must not write there");
            assertEquals("worker me on node node-1", result.getKeeper().getWords());
            KeptValue kept =
                    KeptValue.elsewhere(answer.getResult(), () -> owner.release(StoredValues.name(result)), () -> {});
            elsewhere.readable("it", kept).get(30, TimeUnit.SECONDS);
            assertDoubled(hold(kept));
            awaitGone(Path.of(result.getPath()));
        }
    }

    private boolean lendsItsCpus() {
        WorkerReport.Builder report = WorkerReport.newBuilder();
        worker.contributeTo(report);
        return report.getLendsCpus();
    }

    @Test
    void aWorkerThatIsGivenBackStaysForWhatItKeeps() throws Exception {
        owner.retire().get(30, TimeUnit.SECONDS);
        assertFalse(lendsItsCpus(), "it kept nothing");
        try (Tensor large = tensor()) {
            ActorCallResponse answer = owner.task(
                            "doubled", DOUBLED, List.of(owner.value(large)), "another host", List.of())
                    .get(30, TimeUnit.SECONDS);
            CompletableFuture<RetireWorkerResponse> end = owner.retire();
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(this::lendsItsCpus);
            assertFalse(end.isDone());
            owner.release(StoredValues.name(answer.getResult().getStored()));
            end.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void aResultOfWhichItsOwnerDoesNotKnowKeepsNoWorker() throws Exception {
        try (Tensor large = tensor()) {
            ActorCallResponse answer = owner.task(
                            "doubled", DOUBLED, List.of(owner.value(large)), "another host", List.of())
                    .get(30, TimeUnit.SECONDS);
            Path file = Path.of(answer.getResult().getStored().getPath());
            var stays =
                    owner.retire(List.of(StoredValues.name(answer.getResult().getStored())));
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(this::lendsItsCpus);
            assertTrue(Files.exists(file));
            owner.retire(List.of()).get(30, TimeUnit.SECONDS);
            awaitGone(file);
            stays.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void aResultIsNotKeptForWhomNobodyHearsOfAnyMore() throws Exception {
        try (Tensor large = tensor()) {
            ActorCallResponse answer = owner.task(
                            "doubled", DOUBLED, List.of(owner.value(large)), "another host", List.of())
                    .get(30, TimeUnit.SECONDS);
            Path file = Path.of(answer.getResult().getStored().getPath());
            assertTrue(Files.exists(file));
            owner.close();
            awaitGone(file);
        }
    }

    @Test
    void anArgumentWhoseKeeperCannotBeReachedIsToldAndNothingRuns() throws Exception {
        ObjectExchange elsewhere = anotherHost();
        Value argument = elsewhere.offered(
                elsewhere.store().keep("it", new byte[200_000], codec).message());
        elsewhere.close();
        ActorCallResponse answer = owner.task(
                        "fail", FAIL, List.of(owner.value("why"), argument), "another host", List.of())
                .get(30, TimeUnit.SECONDS);
        assertEquals(1, answer.getUnreadCount());
        assertEquals(1, answer.getUnread(0).getIndex());
        assertEquals(
                ErrorCode.CONNECTION_FAILED.name(),
                answer.getUnread(0).getError().getCode());
        assertTrue(answer.getUnread(0).getError().getMessage().contains("driver of the test"));
    }
}
