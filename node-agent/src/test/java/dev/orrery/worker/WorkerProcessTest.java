package dev.orrery.worker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.nccl.World;
import dev.orrery.testing.TestingAgent;
import dev.orrery.testing.TestingNode;
import dev.orrery.testing.TestingWorldManager;
import dev.orrery.testing.TestingWorlds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class WorkerProcessTest {
    private static final ActorLife ME = TestingWorlds.life("me");
    private static final ActorLife PEER = TestingWorlds.life("peer");
    private static final DesiredWorker DESIRED =
            DesiredWorker.newBuilder().setLife(ME).setLabel("embed/encode-1").build();

    /** An actor that only remembers. */
    private static final class TestingActor implements HostedActor {
        private final List<String> events = new CopyOnWriteArrayList<>();
        private volatile ActorEnvironment environment;
        private volatile boolean open;

        @Override
        public void start(ActorEnvironment lent) {
            environment = lent;
            events.add("start");
        }

        void open() {
            open = true;
            environment.changed();
        }

        @Override
        public void onDesired(DesiredWorker desired) {
            events.add("desired " + desired.getGatewaysCount());
        }

        @Override
        public void onWorldReady(World world) {
            events.add("ready " + world.id());
        }

        @Override
        public void onWorldEnded(long world, WorldState state, Optional<Failure> cause) {
            events.add(state + " " + world);
        }

        @Override
        public WorkerState state() {
            return open ? WorkerState.OPEN : WorkerState.OPENING;
        }

        @Override
        public void contributeTo(WorkerReport.Builder report) {
            report.getGatewayBuilder().setRoutingVersion(5);
        }

        @Override
        public boolean linked() {
            return false;
        }

        @Override
        public CompletableFuture<Void> stop() {
            events.add("stop");
            return CompletableFuture.completedFuture(null);
        }
    }

    @TempDir
    private Path folder;

    private final RpcTransport transport = new RpcTransport("test", 1);
    private final TestingWorlds network = new TestingWorlds();
    private final TestingWorldManager peer = network.manager((world, state, cause) -> {});
    private final TestingActor actor = new TestingActor();
    private TestingAgent agent;
    private WorkerProcess process;

    @BeforeEach
    void start() throws Exception {
        transport.start();
        agent = new TestingAgent(transport, TestingNode.agentAddress(folder));
        process = new WorkerProcess(
                TestingNode.launch(folder, ME, List.of()),
                new WorkerParts(TestingNode.SECRET, System::nanoTime, List.of(), network::manager, spec -> actor));
        process.start();
    }

    @AfterEach
    void end() {
        process.close();
        agent.close();
        transport.close();
    }

    private void open() throws Exception {
        agent.welcomeWith(DESIRED);
        agent.start();
        await().atMost(Duration.ofSeconds(30)).until(() -> actor.events.contains("start"));
        actor.open();
        agent.awaitReport("OPEN", report -> report.getState() == WorkerState.OPEN);
    }

    private ExitReason exit() throws Exception {
        return process.exited().get(30, TimeUnit.SECONDS);
    }

    @Test
    void registersAndReportsEverything() throws Exception {
        agent.welcomeWith(DESIRED);
        agent.start();
        assertEquals(
                "nonce-1",
                agent.awaitHello().getNonce(),
                "the address file appeared after the worker, which tried again");
        WorkerReport first = agent.awaitReport("OPENING", report -> report.getState() == WorkerState.OPENING);
        assertEquals(ME, first.getLife());
        assertEquals(ProcessHandle.current().pid(), first.getPid());
        assertTrue(first.getDataAddress().getPort() > 0);
        assertEquals(folder.resolve("output.log").toString(), first.getLogPath());
        await().atMost(Duration.ofSeconds(30)).until(() -> actor.events.contains("start"));
        actor.open();
        WorkerReport opened = agent.awaitReport("OPEN", report -> report.getState() == WorkerState.OPEN);
        assertEquals(5, opened.getGateway().getRoutingVersion());
    }

    @Test
    void aSupersededWorkerExitsWithoutAWord() throws Exception {
        agent.welcomeSuperseded();
        agent.start();
        ExitReason reason = exit();
        assertEquals(0, reason.code());
        assertTrue(reason.why().startsWith("superseded"), reason.why());
        assertEquals(List.of(), actor.events);
    }

    @Test
    void followsAssignmentsAndReportsItsWorlds() throws Exception {
        open();
        agent.assign(
                DESIRED.toBuilder().addWorlds(TestingWorlds.edge(1, PEER, ME)).build());
        agent.awaitReport(
                "a forming world",
                report -> report.getWorldsCount() == 1 && report.getWorlds(0).getState() == WorldState.FORMING);
        peer.join(TestingWorlds.edge(1, PEER, ME), PEER);
        agent.awaitReport(
                "a ready world",
                report -> report.getWorldsCount() == 1 && report.getWorlds(0).getState() == WorldState.READY);
        assertTrue(actor.events.contains("ready 1"));
        network.breakWorld(1, "peer died");
        WorkerReport broken = agent.awaitReport(
                "a broken world",
                report -> report.getWorldsCount() == 1 && report.getWorlds(0).getState() == WorldState.BROKEN);
        assertEquals("peer died", broken.getWorlds(0).getCause().getMessage());
        assertTrue(actor.events.contains("BROKEN 1"));
        agent.assign(DESIRED);
        agent.awaitReport("no world", report -> report.getWorldsCount() == 0);
    }

    @Test
    void ignoresWhatIsOlderOrForAnother() throws Exception {
        open();
        agent.assign(DESIRED);
        agent.assign(
                DESIRED.toBuilder().addWorlds(TestingWorlds.edge(1, PEER, ME)).build(),
                Stamp.newBuilder().setEpoch(1).setSequence(1).build());
        agent.assign(DESIRED.toBuilder()
                .setLife(PEER)
                .addWorlds(TestingWorlds.edge(2, PEER, ME))
                .build());
        agent.assign(
                DESIRED.toBuilder().addWorlds(TestingWorlds.edge(3, PEER, ME)).build());
        WorkerReport report = agent.awaitReport("a world", some -> some.getWorldsCount() > 0);
        assertEquals(1, report.getWorldsCount());
        assertEquals(3, report.getWorlds(0).getWorld());
    }

    @Test
    void theAgentsDeathDisturbsNothingAndItComesBackElsewhere() throws Exception {
        open();
        agent.assign(
                DESIRED.toBuilder().addWorlds(TestingWorlds.edge(1, PEER, ME)).build());
        peer.join(TestingWorlds.edge(1, PEER, ME), PEER);
        agent.awaitReport(
                "a ready world",
                report -> report.getWorldsCount() == 1 && report.getWorlds(0).getState() == WorldState.READY);
        agent.awaitHello();
        agent.close();
        agent.start();
        agent.awaitHello();
        WorkerReport again = agent.awaitReport("everything again", report -> report.getState() == WorkerState.OPEN);
        assertEquals(WorldState.READY, again.getWorlds(0).getState());
        assertEquals(1, actor.events.stream().filter("start"::equals).count());
        assertFalse(process.exited().isDone());
    }

    @Test
    void aFailureIsReportedBeforeTheExit() throws Exception {
        open();
        actor.environment.fatal(Failure.of("acme.NoModel", "no model file"));
        WorkerReport report = agent.awaitReport("a failure", WorkerReport::hasFailure);
        assertEquals("no model file", report.getFailure().getMessage());
        assertEquals("127.0.0.1", report.getFailure().getHost());
        assertTrue(report.getFailure().getLogPath().endsWith("output.log"));
        ExitReason reason = exit();
        assertEquals(1, reason.code());
        assertEquals("acme.NoModel", reason.failure().orElseThrow().kind());
        assertFalse(actor.events.contains("stop"));
    }

    @Test
    void aFailureWhileTheAgentIsAwayWaitsForItAMoment() throws Exception {
        open();
        agent.close();
        await().atMost(Duration.ofSeconds(30)).until(() -> !process.registered());
        actor.environment.fatal(Failure.of("acme.NoModel", "no model file"));
        agent.start();
        agent.awaitReport("a failure", WorkerReport::hasFailure);
        assertEquals(1, exit().code());
    }

    @Test
    void stopsInOrder() throws Exception {
        open();
        agent.assign(
                DESIRED.toBuilder().addWorlds(TestingWorlds.edge(1, PEER, ME)).build());
        peer.join(TestingWorlds.edge(1, PEER, ME), PEER);
        agent.awaitReport(
                "a ready world",
                report -> report.getWorldsCount() == 1 && report.getWorlds(0).getState() == WorldState.READY);
        agent.stopWorker("scaled in");
        agent.awaitReport("STOPPING", report -> report.getState() == WorkerState.STOPPING);
        ExitReason reason = exit();
        assertEquals(0, reason.code());
        assertEquals("scaled in", reason.why());
        assertEquals(
                List.of("start", "ready 1", "stop", "CLOSED 1"),
                actor.events.stream()
                        .filter(event -> !event.startsWith("desired"))
                        .toList());
        assertEquals(WorldState.CLOSED, peer.world(1).orElseThrow().state());
    }
}
