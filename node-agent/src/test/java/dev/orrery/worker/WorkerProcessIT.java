package dev.orrery.worker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Stage;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.StageFailed;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldManager;
import dev.orrery.nccl.WorldManagers;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.tensor.Tensors;
import dev.orrery.testing.ScriptedStage;
import dev.orrery.testing.TestingAgent;
import dev.orrery.testing.TestingGateway;
import dev.orrery.testing.TestingNode;
import dev.orrery.testing.TestingPath;
import dev.orrery.testing.TestingWorker;
import dev.orrery.testing.TestingWorlds;
import dev.orrery.worker.launch.LaunchSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real worker process with real worlds; agent and gateway are this test. */
@Timeout(120)
class WorkerProcessIT {
    private static final ActorLife GATEWAY = TestingWorlds.life("gateway");
    private static final ActorLife ME = TestingWorlds.life("me");
    private static final long IN = 1;
    private static final long OUT = 2;

    @TempDir
    private Path folder;

    private final RpcTransport transport = new RpcTransport("test", 1);
    private final TestingGateway gateway = new TestingGateway(transport, GATEWAY);
    private final Map<Long, WorldState> states = new ConcurrentHashMap<>();
    private final WorldManager worlds = WorldManagers.create(
            WorldOptions.builder().build(), TestingNode.SECRET, (world, state, cause) -> states.put(world, state));
    private TestingAgent agent;
    private TestingWorker worker;
    private DesiredWorker desired;
    private World upstream;
    private World downstream;

    @BeforeEach
    void start() throws Exception {
        transport.start();
        gateway.start();
        worlds.start();
        agent = new TestingAgent(transport, TestingNode.agentAddress(folder));
    }

    @AfterEach
    void end() throws Exception {
        if (worker != null) {
            worker.close();
        }
        worlds.close();
        gateway.close();
        agent.close();
        transport.close();
    }

    private void launch(Class<? extends Stage> stage) throws Exception {
        desired = DesiredWorker.newBuilder()
                .setLife(ME)
                .setLabel("embed/encode-1")
                .setSpec(ActorSpec.newBuilder()
                        .setPipeline("embed")
                        .setStage(StageSpec.newBuilder()
                                .setName("encode")
                                .setClassName(stage.getName())
                                .setMaxInFlight(4)))
                .addGateways(gateway.endpoint())
                .build();
        agent.welcomeWith(desired);
        agent.start();
        worker = TestingWorker.start(TestingNode.launch(folder, ME, List.of(ScriptedStage.artifact())));
    }

    /** Open and linked, with a READY world on each side. */
    private void serve() throws Exception {
        launch(ScriptedStage.class);
        WorkerReport open = agent.awaitReport("OPEN", report -> report.getState() == WorkerState.OPEN);
        assertEquals(worker.pid(), open.getPid());
        gateway.awaitAttach();
        HostPort theirs = HostPort.of(open.getDataAddress());
        WorldSpec in = addressed(TestingWorlds.edge(IN, GATEWAY, ME), worlds.address(), theirs);
        WorldSpec out = addressed(TestingWorlds.edge(OUT, ME, GATEWAY), theirs, worlds.address());
        desired = desired.toBuilder().addWorlds(in).addWorlds(out).build();
        agent.assign(desired);
        CompletableFuture<World> joiningIn = worlds.join(in, GATEWAY);
        downstream = worlds.join(out, GATEWAY).get(30, TimeUnit.SECONDS);
        upstream = joiningIn.get(30, TimeUnit.SECONDS);
        agent.awaitReport(
                "READY worlds",
                report -> report.getWorldsCount() == 2
                        && report.getWorldsList().stream().allMatch(world -> world.getState() == WorldState.READY));
    }

    private static WorldSpec addressed(WorldSpec spec, HostPort rank0, HostPort rank1) {
        WorldSpec.Builder addressed = spec.toBuilder();
        addressed.getMembersBuilder(0).setDataAddress(rank0.toMessage());
        addressed.getMembersBuilder(1).setDataAddress(rank1.toMessage());
        return addressed.build();
    }

    private void send(long request, String script) {
        Tensors tensors = Tensors.of("text", script);
        TestingPath.sendAndClose(upstream, TestingPath.header(GATEWAY, request, tensors, IN, OUT), tensors);
    }

    private String receive() throws Exception {
        return TestingPath.receiveText(downstream);
    }

    @Test
    void servesFailsOnlyWhatFailsAndStopsInOrder() throws Exception {
        serve();
        for (int request = 1; request <= 50; request++) {
            send(request, "upper:r" + request);
            assertEquals(request + " R" + request, receive());
        }
        send(51, "throw:bad text");
        StageFailed failed = gateway.awaitNotice().getFailed();
        assertEquals("STAGE_FAILED", failed.getCode());
        assertEquals("java.lang.IllegalStateException", failed.getFailure().getKind());
        send(52, "upper:on");
        assertEquals("52 ON", receive());

        worker.terminate();
        agent.awaitReport("STOPPING", report -> report.getState() == WorkerState.STOPPING);
        assertEquals(0, worker.exitCode());
        await().atMost(Duration.ofSeconds(30))
                .until(() -> states.get(IN) == WorldState.CLOSED && states.get(OUT) == WorldState.CLOSED);
        assertTrue(worker.log().contains("embed/encode-1 me#1"), worker::log);
        assertTrue(worker.log().contains("exiting with code 0: SIGTERM"), worker::log);
    }

    @Test
    void servesOnWithoutItsAgentAndReportsToTheNext() throws Exception {
        serve();
        agent.close();
        send(1, "upper:alone");
        assertEquals("1 ALONE", receive());
        agent.welcomeWith(desired);
        agent.start();
        WorkerReport again = agent.awaitReport("READY worlds", report -> report.getWorldsCount() == 2);
        assertEquals(WorkerState.OPEN, again.getState());
        assertEquals(worker.pid(), again.getPid());
        agent.stopWorker("test");
        assertEquals(0, worker.exitCode());
    }

    @Test
    void muchOutputStallsNothing() throws Exception {
        serve();
        send(1, "print:100000");
        send(2, "upper:after");
        assertEquals("1 printed", receive());
        assertEquals("2 AFTER", receive());
        assertTrue(Files.size(folder.resolve(LaunchSpec.OUTPUT)) > 10_000_000);
    }

    @Test
    void aKilledWorkerBreaksItsWorldsAtOnce() throws Exception {
        serve();
        worker.kill();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> states.get(IN) == WorldState.BROKEN && states.get(OUT) == WorldState.BROKEN);
    }

    @Test
    void aConstructorThatThrowsIsReportedAndEndsTheProcess() throws Exception {
        launch(ScriptedStage.Unmakable.class);
        WorkerReport report = agent.awaitReport("a failure", WorkerReport::hasFailure);
        assertEquals("java.lang.IllegalStateException", report.getFailure().getKind());
        assertEquals("no model file", report.getFailure().getMessage());
        assertEquals(1, worker.exitCode());
        assertTrue(worker.log().contains("no model file"), worker::log);
    }

    @Test
    void aConstructorThatExitsTakesItsOwnCode() throws Exception {
        launch(ScriptedStage.Exiting.class);
        assertEquals(3, worker.exitCode());
    }

    @Test
    void aStageThatExitsWhileItServesTakesItsOwnCode() throws Exception {
        serve();
        send(1, "exit:7");
        assertEquals(7, worker.exitCode());
        await().atMost(Duration.ofSeconds(30)).until(() -> states.get(IN) == WorldState.BROKEN);
    }

    @Test
    void aSupersededWorkerExitsWithZero() throws Exception {
        launch(ScriptedStage.class);
        agent.awaitReport("OPEN", report -> report.getState() == WorkerState.OPEN);
        agent.close();
        agent.welcomeSuperseded();
        agent.start();
        assertEquals(0, worker.exitCode());
        assertFalse(worker.log().contains("ERROR"), worker::log);
    }
}
