package dev.orrery.agent;

import static dev.orrery.agent.TestingHead.worker;
import static dev.orrery.testing.TestingWorlds.life;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.testing.TestingSignals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** However a worker ends, all of it is gone when its end is told; and nothing that hangs holds up the agent. */
class WorkerEndIT extends AgentScenario {
    private static final ActorLife A1 = life("actor-a", 1);
    private static final ActorLife A2 = life("actor-a", 2);
    private static final ActorLife B1 = life("actor-b", 1);
    private static final int STORE_THREADS = 4;

    @Override
    String[] flags() {
        return new String[] {"--agent.stop-timeout=1s"};
    }

    private WorkerReport runWithStrays(ActorLife life) throws Exception {
        head.send(worker(life, "strays"));
        WorkerReport open = head.await(life, WorkerState.OPEN);
        assertEquals(strays(open), living(open));
        return open;
    }

    /** Those of its session, one of another process group, and those of a session of their own. */
    private static List<Long> strays(WorkerReport open) throws Exception {
        List<Long> pids = Files.readAllLines(Path.of(open.getLogPath()).resolveSibling("strays")).stream()
                .map(Long::parseLong)
                .toList();
        assertEquals(6, pids.size());
        return pids;
    }

    private static List<Long> living(WorkerReport open) throws Exception {
        List<Long> living = new ArrayList<>();
        for (long pid : strays(open)) {
            if (isAlive(pid)) {
                living.add(pid);
            }
        }
        return living;
    }

    /** Nobody may be there to reap an orphan in a container. */
    private static boolean isAlive(long pid) throws Exception {
        Path stat = Path.of("/proc", Long.toString(pid), "stat");
        return Files.exists(stat) && !Files.readString(stat).contains(") Z ");
    }

    @Test
    void whatADeadWorkerHasLeftIsGoneBeforeItsSuccessorStartsAlsoWhenTheAgentWasAway() throws Exception {
        WorkerReport open = runWithStrays(A1);
        agent.kill();
        kill(open.getPid());
        // Nobody asks for it any more: its end is told to nobody, and still waited for.
        startAgent();
        head.send(worker(A2, "plain"));
        head.await(A2, WorkerState.OPEN);
        assertEquals(List.of(), living(open));
    }

    @Test
    void aKilledOrStoppedWorkerLeavesNothingWhenItsEndIsTold() throws Exception {
        WorkerReport killed = runWithStrays(A1);
        kill(killed.getPid());
        WorkerReport exited = head.await(A1, WorkerState.EXITED);
        assertEquals(List.of(), living(killed));
        assertTrue(exited.getFailure().getMessage().contains("signal 9"), exited.toString());

        WorkerReport stopped = runWithStrays(A2);
        TestingSignals.send("STOP", stopped.getPid());
        head.send();
        awaitGone(A2);
        assertFalse(isAlive(stopped.getPid()));
        assertEquals(List.of(), living(stopped));
        assertTrue(agent.log().contains("TERMINATING -> KILLING on OVERDUE"), agent.log());
    }

    @Test
    void aWorkerThatOutlivedItsReassignmentIsKilledByTheNextAgentAtOnce() throws Exception {
        WorkerReport open = runWithStrays(A1);
        agent.kill();
        TestingSignals.send("STOP", open.getPid());
        startAgent();
        long told = System.nanoTime();
        head.send(worker(A2, "plain"));
        head.await(A2, WorkerState.OPEN);
        assertFalse(isAlive(open.getPid()));
        assertTrue(agent.log().contains("KILLING on SUPERSEDED"), agent.log());
        assertTrue(System.nanoTime() - told < Duration.ofSeconds(20).toNanos());
    }

    @Test
    void storesAndForksThatHangDelayNeitherHeartbeatsNorOtherLaunches() throws Exception {
        Path node = root.resolve("node");
        Path folder = Files.createDirectories(node.resolve("workers").resolve("actor-b-1"));
        // Whoever opens one to read or to write waits for the other side, for ever.
        fifo(folder.resolve("output.log"));
        List<DesiredWorker> hanging = new ArrayList<>(List.of(worker(B1, "plain")));
        Files.createDirectories(node.resolve("artifacts"));
        for (int i = 0; i < STORE_THREADS; i++) {
            String sha256 = Integer.toString(i).repeat(64);
            fifo(node.resolve("artifacts").resolve(sha256 + ".jar"));
            hanging.add(worker(life("needs-" + i, 1), "plain").toBuilder()
                    .setSpec(ActorSpec.newBuilder()
                            .addArtifacts(ArtifactRef.newBuilder().setSha256(sha256)))
                    .build());
        }
        head.send(hanging.toArray(DesiredWorker[]::new));
        int before = head.reports().size();
        hanging.add(worker(A1, "plain"));
        head.send(hanging.toArray(DesiredWorker[]::new));
        long killed = head.await(A1, WorkerState.OPEN).getPid();
        Thread.sleep(1_500);
        assertTrue(head.reports().size() >= before + 4, "too few heartbeats");
        kill(killed);
        head.await(A1, WorkerState.EXITED);
        head.await(B1, WorkerState.LAUNCHING);
    }

    private static void fifo(Path path) throws Exception {
        assertEquals(0, new ProcessBuilder("mkfifo", path.toString()).start().waitFor());
    }
}
