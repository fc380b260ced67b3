package dev.orrery.worker.actor;

import static dev.orrery.testing.TestingCaller.await;
import static dev.orrery.testing.TestingCaller.failureOf;
import static java.lang.invoke.MethodType.methodType;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldManager;
import dev.orrery.nccl.WorldManagers;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.tensor.Tensor;
import dev.orrery.testing.ScriptedActor;
import dev.orrery.testing.ScriptedActor.Sum;
import dev.orrery.testing.TestingAgent;
import dev.orrery.testing.TestingCaller;
import dev.orrery.testing.TestingFunctions;
import dev.orrery.testing.TestingNode;
import dev.orrery.testing.TestingWorker;
import dev.orrery.testing.TestingWorlds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A plain actor in a real worker process with real worlds; agent, driver and peer are this test. */
@Timeout(120)
class PlainActorIT {
    private static final ActorLife ME = TestingWorlds.life("me");
    private static final ActorLife PEER = TestingWorlds.life("peer");
    private static final long RING = 1;
    private static final ActorFunction FROM = TestingFunctions.constructor(ScriptedActor.class, int.class);

    @TempDir
    private Path folder;

    private final RpcTransport transport = new RpcTransport("test", 1);
    private final Map<Long, WorldState> states = new ConcurrentHashMap<>();
    private final WorldManager worlds = WorldManagers.create(
            WorldOptions.builder().build(), TestingNode.SECRET, (world, state, cause) -> states.put(world, state));
    private final ValueCodec codec = new ValueCodec(new ForySerializer(PlainActorIT.class.getClassLoader()));
    private TestingAgent agent;
    private TestingWorker worker;
    private DesiredWorker desired;
    private HostPort dataAddress;
    private TestingCaller caller;

    @BeforeEach
    void begin() throws Exception {
        transport.start();
        worlds.start();
        agent = new TestingAgent(transport, TestingNode.agentAddress(folder));
    }

    @AfterEach
    void end() throws Exception {
        if (worker != null) {
            worker.close();
        }
        if (caller != null) {
            caller.close();
        }
        worlds.close();
        agent.close();
        transport.close();
    }

    private void launch(ActorFunction factory, Object argument) throws Exception {
        desired = DesiredWorker.newBuilder()
                .setLife(ME)
                .setLabel("sums")
                .setSpec(ActorSpec.newBuilder()
                        .setActor(PlainActorSpec.newBuilder()
                                .setName("sums")
                                .setFactory(factory)
                                .addArguments(codec.toMessage("argument 1", argument))))
                .build();
        agent.welcomeWith(desired);
        agent.start();
        worker = TestingWorker.start(TestingNode.launch(folder, ME, List.of(ScriptedActor.artifact())));
    }

    private void serve() throws Exception {
        launch(FROM, 10);
        WorkerReport open = agent.awaitReport("OPEN", report -> report.getState() == WorkerState.OPEN);
        assertEquals(worker.pid(), open.getPid());
        dataAddress = HostPort.of(open.getDataAddress());
        caller = TestingCaller.connect(transport, HostPort.of(open.getRpcAddress()), ME);
    }

    /** A READY world of the worker (rank 1) and this test. */
    private World ring() throws Exception {
        WorldSpec.Builder spec = TestingWorlds.named("ring", RING, PEER, ME).toBuilder();
        spec.getMembersBuilder(0).setDataAddress(worlds.address().toMessage());
        spec.getMembersBuilder(1).setDataAddress(dataAddress.toMessage());
        agent.assign(desired.toBuilder().addWorlds(spec).build());
        World world = worlds.join(spec.build(), PEER).get(30, TimeUnit.SECONDS);
        WorkerReport ready = agent.awaitReport(
                "a READY world",
                report -> report.getWorldsCount() == 1 && report.getWorlds(0).getState() == WorldState.READY);
        assertEquals(List.of(world.transport(1).name()), ready.getWorlds(0).getTransportsList());
        return world;
    }

    @Test
    void servesCallsFailsOnlyWhatFailsAndStopsInOrder() throws Exception {
        serve();
        assertEquals(15, await(caller.call(int.class, "add", 5)));
        assertEquals(new Sum(16, "sums/me#1"), await(caller.call(Sum.class, "add", new Sum(1, "x"))));

        OrreryException failed = failureOf(caller.call(int.class, "fail", "disk"));
        assertEquals(ErrorCode.ACTOR_FAILED, failed.code());
        assertEquals("root disk", failed.failure().orElseThrow().message());
        OrreryException unserializable = failureOf(caller.call(Object.class, "unserializable"));
        assertEquals(ErrorCode.NOT_SERIALIZABLE, unserializable.code());
        assertTrue(unserializable.getMessage().contains("java.lang.Thread"), unserializable.getMessage());
        assertEquals(17, await(caller.call(int.class, "add", 1)));

        agent.stopWorker("test");
        agent.awaitReport("STOPPING", report -> report.getState() == WorkerState.STOPPING);
        assertEquals(0, worker.exitCode());
        assertTrue(worker.log().contains("closed sums/me#1"), worker::log);
    }

    @Test
    void aKilledWorkerFailsItsCallsAndBreaksItsWorldsAtOnce() throws Exception {
        serve();
        World ring = ring();
        CompletableFuture<Object> exchanged = caller.call(String.class, "exchange", "ring", "hello");
        try (Tensor hello = ring.communicator().receive(1).get(30, TimeUnit.SECONDS);
                Tensor answer = Tensor.ofStrings("answer")) {
            assertEquals(List.of("hello"), hello.toStrings());
            ring.communicator().send(1, answer).get(30, TimeUnit.SECONDS);
        }
        assertEquals("1:answer", await(exchanged));

        CompletableFuture<Object> waiting = caller.call(String.class, "exchange", "ring", "again");
        try (Tensor again = ring.communicator().receive(1).get(30, TimeUnit.SECONDS)) {
            assertEquals(List.of("again"), again.toStrings());
        }
        worker.kill();
        assertEquals(ErrorCode.CONNECTION_LOST, failureOf(waiting).code());
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> states.get(RING) == WorldState.BROKEN);
    }

    @Test
    void aMemberThatDiesLeavesTheActorItsReason() throws Exception {
        serve();
        ring();
        worlds.close();
        agent.awaitReport(
                "a world that is over",
                report -> report.getWorldsCount() == 1 && report.getWorlds(0).getState() != WorldState.READY);
        OrreryException broken = failureOf(caller.call(String.class, "stateOf", "ring"));
        assertEquals("dev.orrery.error.BrokenWorldException", lastOf(broken));
        assertEquals(11, await(caller.call(int.class, "add", 1)));
    }

    private static String lastOf(OrreryException thrown) {
        return thrown.failure().orElseThrow().kind();
    }

    @Test
    void aConstructorThatThrowsIsReportedAndEndsTheProcess() throws Exception {
        launch(FROM, -5);
        WorkerReport report = agent.awaitReport("a failure", WorkerReport::hasFailure);
        assertEquals("java.lang.IllegalArgumentException", report.getFailure().getKind());
        assertEquals("counts from 0, not from -5", report.getFailure().getMessage());
        assertEquals(1, worker.exitCode());
        String cause = "java.lang.IllegalArgumentException: counts from 0, not from -5";
        String log = worker.log();
        assertEquals(2, log.split(Pattern.quote(cause), -1).length, () -> "told once only:\n" + log);
        assertTrue(
                log.indexOf(cause) < log.indexOf("which led to dev.orrery.error.StartFailedException"),
                () -> "first cause first:\n" + log);
    }

    @Test
    void aClassThatWasNotShippedIsNamedInTheReport() throws Exception {
        launch(TestingFunctions.reference("acme.Forgotten", "<init>", methodType(void.class, int.class), false), 1);
        WorkerReport report = agent.awaitReport("a failure", WorkerReport::hasFailure);
        assertTrue(
                report.getFailure().getMessage().contains("acme.Forgotten is in none of the artifacts"), worker::log);
        assertEquals(1, worker.exitCode());
    }

    @Test
    void anActorThatExitsTakesItsOwnCode() throws Exception {
        serve();
        CompletableFuture<Object> exit = caller.call(void.class, "exit", 7);
        assertEquals(7, worker.exitCode());
        assertEquals(ErrorCode.CONNECTION_LOST, failureOf(exit).code());
    }

    @Test
    void aCallThatNeverEndsDoesNotKeepAWorkerThatIsToStop() throws Exception {
        serve();
        CompletableFuture<Object> endless = caller.call(void.class, "blockForGood");
        worker.terminate();
        assertEquals(0, worker.exitCode());
        ErrorCode code = failureOf(endless).code();
        Set<ErrorCode> expected = Set.of(ErrorCode.UNAVAILABLE, ErrorCode.ACTOR_DEAD, ErrorCode.CONNECTION_LOST);
        assertTrue(expected.contains(code), () -> "not begun, not finished, or without an answer, but " + code);
    }
}
