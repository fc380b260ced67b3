package dev.orrery.worker.stage;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.ReplicaAttach;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.nccl.World;
import dev.orrery.tensor.Tensors;
import dev.orrery.testing.ScriptedStage;
import dev.orrery.testing.TestingEnvironment;
import dev.orrery.testing.TestingGateway;
import dev.orrery.testing.TestingNode;
import dev.orrery.testing.TestingPath;
import dev.orrery.testing.TestingWorldManager;
import dev.orrery.testing.TestingWorlds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A replica of a stage between one gateway and its worlds. */
@Timeout(120)
abstract class StageScenario {
    static final ActorLife GATEWAY = TestingWorlds.life("gateway");
    static final ActorLife ME = TestingWorlds.life("me");
    static final long IN = 1;
    static final long OUT = 2;

    @TempDir
    private Path folder;

    private final RpcTransport transport = new RpcTransport("test", 1);
    final TestingGateway gateway = new TestingGateway(transport, GATEWAY);
    final TestingWorlds network = new TestingWorlds();
    final Semaphore gate = new Semaphore(0);
    final StageActor actor = new StageActor();
    TestingEnvironment environment;
    World upstream;
    World downstream;

    @BeforeEach
    final void startGateway() {
        System.getProperties().put(ScriptedStage.GATE, gate);
        transport.start();
        gateway.start();
    }

    @AfterEach
    final void end() throws Exception {
        gate.release(100);
        CompletableFuture<Void> stopped = actor.stop();
        stopped.get(30, TimeUnit.SECONDS);
        gateway.close();
        transport.close();
        System.getProperties().remove(ScriptedStage.GATE);
    }

    final void start(String className) throws Exception {
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
    final void serve() throws Exception {
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
    final ReplicaAttach attached() throws InterruptedException {
        await().until(() -> {
            environment.timers().advance(Duration.ofMillis(100));
            return gateway.hasAttached();
        });
        return gateway.awaitAttach();
    }

    final void awaitLinked() {
        await().until(() -> {
            environment.timers().advance(Duration.ofMillis(100));
            return actor.linked();
        });
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(30));
    }

    private World join(long id, ActorLife from, ActorLife to, TestingWorldManager theirs) {
        var spec = TestingWorlds.edge(id, from, to);
        var mine = environment.worlds().join(spec, ME);
        theirs.join(spec, GATEWAY);
        return mine.join();
    }

    final void send(long request, String script) {
        send(request, Tensors.of("text", script));
    }

    final void send(long request, Tensors tensors) {
        TestingPath.sendAndClose(upstream, TestingPath.header(GATEWAY, request, tensors, IN, OUT), tensors);
    }

    final String receive() throws Exception {
        return TestingPath.receiveText(downstream);
    }
}
