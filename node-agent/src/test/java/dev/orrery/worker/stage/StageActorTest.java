package dev.orrery.worker.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.ReplicaAttach;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.nccl.World;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import dev.orrery.testing.ScriptedStage;
import dev.orrery.testing.TestingEnvironment;
import dev.orrery.testing.TestingGateway;
import dev.orrery.testing.TestingNode;
import dev.orrery.testing.TestingPath;
import dev.orrery.testing.TestingPath.Message;
import dev.orrery.testing.TestingWorldManager;
import dev.orrery.testing.TestingWorlds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class StageActorTest {
    private static final ActorLife GATEWAY = TestingWorlds.life("gateway");
    private static final ActorLife ME = TestingWorlds.life("me");
    private static final long IN = 1;
    private static final long OUT = 2;

    @TempDir
    private Path folder;

    private final RpcTransport transport = new RpcTransport("test", 1);
    private final TestingGateway gateway = new TestingGateway(transport, GATEWAY);
    private final TestingWorlds network = new TestingWorlds();
    private final Semaphore gate = new Semaphore(0);
    private final StageActor actor = new StageActor();
    private TestingEnvironment environment;
    private World upstream;
    private World downstream;

    @BeforeEach
    void startGateway() {
        System.getProperties().put(ScriptedStage.GATE, gate);
        transport.start();
        gateway.start();
    }

    @AfterEach
    void end() throws Exception {
        gate.release(100);
        CompletableFuture<Void> stopped = actor.stop();
        stopped.get(30, TimeUnit.SECONDS);
        gateway.close();
        transport.close();
        System.getProperties().remove(ScriptedStage.GATE);
    }

    private void start(String className) throws Exception {
        DesiredWorker desired = DesiredWorker.newBuilder()
                .setLife(ME)
                .setLabel("embed/encode-1")
                .setSpec(ActorSpec.newBuilder()
                        .setPipeline("embed")
                        .setStage(StageSpec.newBuilder()
                                .setName("encode")
                                .setClassName(className)
                                .setMaxInFlight(2)
                                .setStallTimeoutMillis(5_000)))
                .addGateways(gateway.endpoint())
                .build();
        TestingWorldManager mine = network.manager((world, state, cause) -> {});
        environment = new TestingEnvironment(
                TestingNode.launch(folder, ME, List.of(ScriptedStage.artifact())), desired, mine, transport);
        actor.start(environment);
    }

    /** Open, linked, with a world on each side. */
    private void serve() throws Exception {
        start(ScriptedStage.class.getName());
        environment.awaitChange();
        attached();
        awaitLinked();
        TestingWorldManager theirs = network.manager((world, state, cause) -> {});
        World in = join(IN, GATEWAY, ME, theirs);
        World out = join(OUT, ME, GATEWAY, theirs);
        upstream = theirs.world(IN).orElseThrow();
        downstream = theirs.world(OUT).orElseThrow();
        actor.onWorldReady(in);
        actor.onWorldReady(out);
    }

    /** Time goes on meanwhile: on a busy machine a link may need another try. */
    private ReplicaAttach attached() throws InterruptedException {
        await().until(() -> {
            environment.timers().advance(Duration.ofMillis(100));
            return gateway.hasAttached();
        });
        return gateway.awaitAttach();
    }

    private void awaitLinked() {
        await().until(() -> {
            environment.timers().advance(Duration.ofMillis(100));
            return actor.linked();
        });
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(30));
    }

    private World join(long id, ActorLife from, ActorLife to, TestingWorldManager theirs) {
        var spec = TestingWorlds.edge(id, from, to);
        var mine = environment.worlds().join(spec, ME);
        theirs.join(spec, GATEWAY);
        return mine.join();
    }

    private void send(long request, String script) {
        send(request, Tensors.of("text", script));
    }

    private void send(long request, Tensors tensors) {
        TestingPath.send(upstream, TestingPath.header(GATEWAY, request, tensors, IN, OUT), tensors)
                .whenComplete((sent, failure) -> tensors.close());
    }

    private String receive() throws Exception {
        Message message = TestingPath.receive(downstream);
        try (Tensors tensors = message.tensors()) {
            return message.header().getRequest() + " "
                    + tensors.get("text").toStrings().get(0);
        }
    }

    @Test
    void opensAttachesAndServes() throws Exception {
        start(ScriptedStage.class.getName());
        environment.awaitChange();
        assertEquals(WorkerState.OPEN, actor.state());
        assertEquals(
                ReplicaAttach.newBuilder()
                        .setLife(ME)
                        .setReplica("encode-1")
                        .setStage("encode")
                        .setPipeline("embed")
                        .build(),
                attached());
    }

    @Test
    void messagesGoThroughInOrder() throws Exception {
        serve();
        for (int request = 1; request <= 20; request++) {
            send(request, "upper:r" + request);
        }
        for (int request = 1; request <= 20; request++) {
            assertEquals(request + " R" + request, receive());
        }
    }

    @Test
    void userCodeKnowsWhereItRunsAndHasItsOwnThread() throws Exception {
        serve();
        send(1, "who");
        assertEquals("1 embed/encode-1#1@node-1 on orrery-user-encode-1-1", receive());
    }

    @Test
    void afterAFailureItServesOn() throws Exception {
        serve();
        send(1, "throw:bad");
        assertEquals("STAGE_FAILED", gateway.awaitNotice().getFailed().getCode());
        send(2, "upper:b");
        assertEquals("2 B", receive());
        assertFalse(environment.failed());
    }

    @Test
    void whatWaitsIsCancelledAtOnceAndWhatRunsWhenItIsDone() throws Exception {
        serve();
        send(1, "block:a");
        await().until(gate::hasQueuedThreads);
        send(2, "upper:b");
        gateway.cancel(1);
        gateway.cancel(2);
        assertEquals(2, gateway.awaitNotice().getCancelled().getRequest());
        gate.release();
        assertEquals(1, gateway.awaitNotice().getCancelled().getRequest());
        gateway.cancel(3);
        assertEquals(3, gateway.awaitNotice().getCancelled().getRequest());
        send(3, "upper:c");
        send(4, "upper:d");
        assertEquals("4 D", receive());
    }

    @Test
    void moreThanCreditsAllowWaitsInTheWorld() throws Exception {
        serve();
        send(1, "block:a");
        await().until(gate::hasQueuedThreads);
        for (int request = 2; request <= 40; request++) {
            send(request, "upper:x");
        }
        gate.release();
        assertEquals("1 a", receive());
        for (int request = 2; request <= 40; request++) {
            assertEquals(request + " X", receive());
        }
    }

    @Test
    void aBrokenWorldIsToldAndToldAgainToAGatewayThatComesBack() throws Exception {
        serve();
        network.breakWorld(OUT, "died");
        actor.onWorldEnded(OUT, WorldState.BROKEN, Optional.of(Failure.of("link", "died")));
        assertEquals(OUT, gateway.awaitNotice().getWorldBroken());
        send(1, "upper:a");
        assertEquals(
                "no ready world 2 leads on from here",
                gateway.awaitNotice().getRefused().getWhy());
        gateway.dropLink();
        await().until(() -> !actor.linked());
        awaitLinked();
        attached();
        assertEquals(OUT, gateway.awaitNotice().getWorldBroken());
    }

    @Test
    void whatWaitsOfAGatewayWhoseLinkEndedIsDropped() throws Exception {
        serve();
        send(1, "block:a");
        await().until(gate::hasQueuedThreads);
        send(2, "upper:b");
        gateway.dropLink();
        await().until(() -> !actor.linked());
        send(3, "upper:c");
        gate.release();
        assertEquals("1 a", receive());
        assertEquals("3 C", receive());
    }

    @Test
    void aWorldThatTheHeadTookAwayIsNotBroken() throws Exception {
        serve();
        actor.onWorldEnded(OUT, WorldState.CLOSED, Optional.empty());
        send(1, "upper:a");
        assertTrue(gateway.awaitNotice().hasRefused());
    }

    @Test
    void aGatewayThatIsNotDesiredLosesItsLink() throws Exception {
        serve();
        actor.onDesired(environment.desired().toBuilder().clearGateways().build());
        assertFalse(actor.linked());
    }

    @Test
    void anotherGatewayAtThatAddressIsNotTheOneThatWasMeant() throws Exception {
        gateway.answerAs(TestingWorlds.life("other"));
        start(ScriptedStage.class.getName());
        attached();
        gateway.answerAs(GATEWAY);
        assertFalse(actor.linked());
        awaitLinked();
    }

    @Test
    void garbageEndsItsWorldOnly() throws Exception {
        serve();
        upstream.communicator().send(1, Tensor.ofFloats(new float[] {1}, 1));
        assertEquals(IN, gateway.awaitNotice().getWorldBroken());
        assertEquals(WorldState.CLOSED, upstream.state());
        assertEquals(WorldState.READY, downstream.state());
    }

    @Test
    void otherTensorsThanAnnouncedAreGarbage() throws Exception {
        serve();
        Tensors announced = Tensors.of("text", "upper:a");
        TestingPath.send(
                upstream,
                TestingPath.header(GATEWAY, 1, announced, IN, OUT),
                Tensors.of("text", Tensor.ofFloats(new float[] {1}, 1)));
        assertEquals(IN, gateway.awaitNotice().getWorldBroken());
    }

    @Test
    void aStalledCallEndsTheWorkerWithItsStack() throws Exception {
        serve();
        send(1, "block:a");
        await().until(gate::hasQueuedThreads);
        environment.timers().advance(Duration.ofSeconds(4));
        assertFalse(environment.failed());
        environment.timers().advance(Duration.ofSeconds(3));
        Failure failure = environment.awaitFailure();
        assertEquals("stall", failure.kind());
        assertTrue(failure.message().contains("encode-1 did not return within PT5S"), failure.message());
        assertTrue(failure.stackTrace().contains("ScriptedStage.block"), failure.stackTrace());
        environment.timers().advance(Duration.ofSeconds(20));
        assertFalse(environment.failed());
    }

    @Test
    void whileACallBlocksTheLinkAndItsNoticesGoOn() throws Exception {
        serve();
        send(1, "block:a");
        await().until(gate::hasQueuedThreads);
        gateway.cancel(9);
        assertEquals(9, gateway.awaitNotice().getCancelled().getRequest());
        gate.release();
        assertEquals("1 a", receive());
    }

    @Test
    void outOfMemoryEndsTheWorker() throws Exception {
        serve();
        send(1, "oom");
        assertEquals("java.lang.OutOfMemoryError", environment.awaitFailure().kind());
    }

    @Test
    void aConstructorThatThrowsIsTheFirstCause() throws Exception {
        start(ScriptedStage.Unmakable.class.getName());
        Failure failure = environment.awaitFailure();
        assertEquals("java.lang.IllegalStateException", failure.kind());
        assertEquals("no model file", failure.message());
        assertTrue(failure.stackTrace().contains("Unmakable.<init>"));
        assertEquals(
                "replica encode-1 of pipeline embed could not be opened",
                failure.consequence().orElseThrow().message());
        assertEquals(WorkerState.OPENING, actor.state());
    }

    @Test
    void stoppedItFinishesWhatWaitsAndClosesTheStage() throws Exception {
        serve();
        send(1, "block:a");
        await().until(gate::hasQueuedThreads);
        send(2, "upper:b");
        CompletableFuture<Void> stopped = actor.stop();
        send(3, "upper:c");
        assertEquals(
                "replica encode-1 is stopping",
                gateway.awaitNotice().getRefused().getWhy());
        gate.release();
        stopped.get(30, TimeUnit.SECONDS);
        assertEquals("1 a", receive());
        assertEquals("2 B", receive());
        assertEquals("embed/encode-1#1@node-1", System.getProperties().remove("orrery.test.closed"));
    }

    @Test
    void userCodeThatDoesNotEndIsInterruptedThenLeft() throws Exception {
        serve();
        send(1, "block:a");
        await().until(gate::hasQueuedThreads);
        CompletableFuture<Void> stopped = actor.stop();
        environment.timers().advance(Duration.ofSeconds(3));
        stopped.get(30, TimeUnit.SECONDS);
    }
}
