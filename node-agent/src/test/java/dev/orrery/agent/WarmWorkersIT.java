package dev.orrery.agent;

import static dev.orrery.agent.TestingHead.worker;
import static dev.orrery.testing.TestingWorlds.life;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.agent.process.WorkerFolder;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.worker.launch.LaunchSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Processes that wait for a life, and an agent that is killed between any two steps of giving them one. */
class WarmWorkersIT extends AgentScenario {
    private static final ActorLife A1 = life("actor-a", 1);
    private static final ActorLife B1 = life("actor-b", 1);

    @Override
    String[] flags() {
        return new String[] {"--agent.warm-workers=1"};
    }

    /** The process that waits. */
    private WorkerFolder awaitWarm() throws Exception {
        head.await("a warm worker", report -> report.getWarmWorkers() == 1);
        try (Stream<Path> folders = Files.list(root.resolve("node/warm"))) {
            return folders.map(WorkerFolder::new)
                    .filter(folder -> folder.readRun().worker().isPresent() && !isLinked(folder))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private boolean isLinked(WorkerFolder folder) {
        try (Stream<Path> lives = Files.list(root.resolve("node/workers"))) {
            for (Path life : lives.filter(Files::isSymbolicLink).toList()) {
                if (life.toRealPath().equals(folder.root().toRealPath())) {
                    return true;
                }
            }
            return false;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static long pid(WorkerFolder folder) {
        return folder.readRun().worker().orElseThrow().pid();
    }

    /** What an agent writes when it binds a life. */
    private static LaunchSpec bound(WorkerFolder warm, WorkerFolder life) throws Exception {
        LaunchSpec spec = LaunchSpec.read(warm.launchFile());
        return new LaunchSpec(
                spec.nonce(),
                A1,
                "plain",
                spec.node(),
                spec.host(),
                spec.bindHost(),
                spec.cluster(),
                spec.secretFile(),
                spec.agentAddressFile(),
                life.root(),
                spec.gracePeriod(),
                spec.worlds(),
                spec.gpu(),
                List.of());
    }

    @Test
    void aProcessThatWaitsServesTheNextLifeAndIsReplaced() throws Exception {
        WorkerFolder warm = awaitWarm();
        DesiredWorker needsSlot = worker(B1, "plain").toBuilder()
                .setSpec(ActorSpec.newBuilder()
                        .setResources(Resources.newBuilder().setGpus(1)))
                .build();
        head.send(needsSlot);
        assertNotEquals(pid(warm), head.await(B1, WorkerState.OPEN).getPid(), "its environment is another");

        head.send(needsSlot, worker(A1, "plain"));
        WorkerReport open = head.await(A1, WorkerState.OPEN);
        assertEquals(pid(warm), open.getPid());
        Path log = Path.of(open.getLogPath());
        assertEquals(root.resolve("node/workers/actor-a-1/output.log"), log);
        assertTrue(Files.readString(log).contains("open"), Files.readString(log));

        WorkerFolder next = awaitWarm();
        assertNotEquals(warm, next);
        assertEquals(2, head.reports().get(head.reports().size() - 1).getWorkersCount(), "it is no worker");
        kill(open.getPid());
        assertEquals("signal", head.await(A1, WorkerState.EXITED).getFailure().getKind());

        head.send();
        awaitGone(B1);
        agent.terminate();
        agent.awaitExit();
        awaitNoProcesses();
        assertFalse(Files.exists(next.root()));
    }

    @Test
    void whatAnAgentLeavesUnboundIsEndedByTheNext() throws Exception {
        WorkerFolder idle = awaitWarm();
        agent.kill();
        startAgent();
        WorkerFolder half = awaitWarm();
        assertNotEquals(idle, half);
        assertFalse(ProcessHandle.of(pid(half)).isEmpty());

        // Written down, and the agent ended before that meant anything.
        agent.kill();
        long before = pid(half);
        WorkerFolder life = WorkerFolder.of(root.resolve("node/workers"), A1);
        bound(half, life).writeTo(half.launchFile());
        startAgent();
        head.send(worker(A1, "plain"));
        assertNotEquals(before, head.await(A1, WorkerState.OPEN).getPid());
        awaitWarm();
        assertFalse(Files.exists(idle.root()) || Files.exists(half.root()));
        assertEquals(4, processes().size(), "one worker and one that waits, each with its shim");
    }

    @Test
    void whatAnAgentHasBoundAndNotToldIsToldByTheNext() throws Exception {
        WorkerFolder warm = awaitWarm();
        agent.kill();
        WorkerFolder life = WorkerFolder.of(root.resolve("node/workers"), A1);
        LocalWarmWorkers.bind(bound(warm, life), warm, life);
        startAgent();
        head.send(worker(A1, "plain"));
        assertEquals(pid(warm), head.await(A1, WorkerState.OPEN).getPid());

        // And once more, now that it knows.
        agent.kill();
        startAgent();
        assertEquals(pid(warm), head.await(A1, WorkerState.OPEN).getPid());
    }
}
