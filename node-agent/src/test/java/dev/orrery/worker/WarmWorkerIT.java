package dev.orrery.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.testing.ScriptedStage;
import dev.orrery.testing.TestingAgent;
import dev.orrery.testing.TestingNode;
import dev.orrery.testing.TestingWorker;
import dev.orrery.testing.TestingWorlds;
import dev.orrery.worker.launch.LaunchSpec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real process that waits for a life; its agent is this test. */
@Timeout(120)
class WarmWorkerIT {
    private static final ActorLife ME = TestingWorlds.life("me");
    private static final DesiredWorker DESIRED = DesiredWorker.newBuilder()
            .setLife(ME)
            .setLabel("embed/encode-1")
            .setSpec(ActorSpec.newBuilder()
                    .setPipeline("embed")
                    .setStage(StageSpec.newBuilder()
                            .setName("encode")
                            .setClassName(ScriptedStage.class.getName())
                            .setMaxInFlight(4)))
            .build();

    @TempDir
    private Path folder;

    private final RpcTransport transport = new RpcTransport("test", 1);
    private TestingAgent agent;
    private TestingWorker worker;

    @BeforeEach
    void start() throws Exception {
        transport.start();
        agent = new TestingAgent(transport, TestingNode.agentAddress(folder));
        agent.welcomeWaiting();
        agent.start();
        worker = TestingWorker.start(TestingNode.launch(folder, ActorLife.getDefaultInstance(), List.of()));
        assertEquals("", agent.awaitHello().getLife().getActor());
    }

    @AfterEach
    void end() throws Exception {
        worker.close();
        agent.close();
        transport.close();
    }

    private void writeLife() throws Exception {
        LaunchSpec spec = TestingNode.launch(folder, ME, List.of(ScriptedStage.artifact()));
        spec.write();
        agent.welcomeWith(DESIRED);
    }

    private void awaitOpen() throws Exception {
        WorkerReport open = agent.awaitReport("OPEN", report -> report.getState() == WorkerState.OPEN);
        assertEquals(ME, open.getLife());
        assertEquals(worker.pid(), open.getPid());
        assertTrue(worker.log().contains("embed/encode-1 me#1"), worker::log);
    }

    @Test
    void servesTheLifeThatItIsToldOf() throws Exception {
        writeLife();
        agent.bind();
        assertEquals(ME, agent.awaitHello().getLife());
        awaitOpen();
        agent.stopWorker("test");
        assertEquals(0, worker.exitCode());
    }

    @Test
    void hearsOfItsLifeFromTheNextAgent() throws Exception {
        agent.close();
        agent.welcomeBound();
        TestingNode.launch(folder, ME, List.of(ScriptedStage.artifact())).write();
        agent.start();
        assertEquals("", agent.awaitHello().getLife().getActor());
        agent.welcomeWith(DESIRED);
        awaitOpen();
    }

    @Test
    void endsWhenItsAgentHasNoUseForIt() throws Exception {
        agent.close();
        agent.welcomeSuperseded();
        agent.start();
        assertEquals(0, worker.exitCode());
    }
}
