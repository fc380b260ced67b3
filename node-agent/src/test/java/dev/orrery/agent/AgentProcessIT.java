package dev.orrery.agent;

import static dev.orrery.agent.TestingHead.worker;
import static dev.orrery.testing.TestingWorlds.life;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Launching, adopting and stopping. */
class AgentProcessIT extends AgentScenario {
    private static final ActorLife A1 = life("actor-a", 1);
    private static final ActorLife A2 = life("actor-a", 2);
    private static final ActorLife B1 = life("actor-b", 1);
    private static final Duration DEATH_BOUND = Duration.ofMillis(200);

    /** Other processes may hold this one up; the quickest of three tells what the agent needs. */
    @Test
    void aKilledWorkerIsReportedAtOnce() throws Exception {
        List<ActorLife> lives = List.of(A1, B1, life("actor-c", 1));
        head.send(lives.stream().map(life -> worker(life, "plain")).toArray(DesiredWorker[]::new));
        List<Duration> took = new ArrayList<>();
        for (ActorLife life : lives) {
            took.add(killAndAwaitReport(life, head.await(life, WorkerState.OPEN).getPid()));
        }

        WorkerReport exited = head.await(A1, WorkerState.EXITED);
        assertTrue(exited.getFailure().getMessage().contains("signal 9"), exited.toString());
        assertEquals("127.0.0.1", exited.getFailure().getHost());
        assertTrue(exited.getFailure().getStackTrace().contains("open"), exited.toString());
        assertTrue(Files.exists(Path.of(exited.getFailure().getLogPath())));
        assertTrue(Collections.min(took).compareTo(DEATH_BOUND) < 0, "took " + took);

        head.send(worker(A2, "plain"));
        head.await(A2, WorkerState.OPEN);
        head.send();
        awaitGone(A2);
        awaitNoProcesses();
    }

    private Duration killAndAwaitReport(ActorLife life, long pid) throws Exception {
        long killed = System.nanoTime();
        kill(pid);
        WorkerReport exited = head.await(life, WorkerState.EXITED);
        assertEquals("signal", exited.getFailure().getKind());
        return Duration.ofNanos(System.nanoTime() - killed);
    }

    @Test
    void anExitCodeAndTheWorkersOwnFailureAreReported() throws Exception {
        head.send(worker(A1, "exit:3"), worker(B1, "fail"));

        WorkerReport code = head.await(A1, WorkerState.EXITED);
        WorkerReport failure = head.await(B1, WorkerState.EXITED);

        assertEquals("exit", code.getFailure().getKind());
        assertEquals("the worker exited with code 3", code.getFailure().getMessage());
        assertEquals("demo.NoModel", failure.getFailure().getKind());
        assertEquals("exit", failure.getFailure().getConsequence().getKind());
        assertTrue(failure.getFailure().getLogPath().endsWith("output.log"));
        Thread.sleep(300);
        head.await(A1, WorkerState.EXITED);
        awaitNoProcesses();
    }

    @Test
    void aRestartedAgentAdoptsItsWorkers() throws Exception {
        head.send(worker(A1, "plain"), worker(B1, "plain"));
        long pid = head.await(A1, WorkerState.OPEN).getPid();
        long other = head.await(B1, WorkerState.OPEN).getPid();

        agent.kill();
        kill(other);
        agent = TestingAgent.start(root, address);
        assertEquals(TestingHead.CLUSTER, head.awaitRegistration(2).getKnownCluster());
        NodeReport adopted = head.await("adoption", NodeReport::getAdoptionFinished);

        WorkerReport lives = TestingHead.find(adopted, A1).orElseThrow();
        assertEquals(WorkerState.OPEN, lives.getState());
        assertEquals(pid, lives.getPid());
        WorkerReport died = TestingHead.find(adopted, B1).orElseThrow();
        assertEquals(WorkerState.EXITED, died.getState());
        assertEquals("signal", died.getFailure().getKind());
        assertEquals(1, adopted.getApplied().getSequence());

        killAndAwaitReport(A1, pid);
        awaitNoProcesses();
    }

    @Test
    void aWorkerThatDoesNotStopIsKilled() throws Exception {
        agent.kill();
        agent = TestingAgent.start(root, address, "--agent.stop-timeout=1s");
        head.awaitRegistration(2);
        head.send(worker(A1, "stubborn"));
        head.await(A1, WorkerState.OPEN);

        head.send();
        awaitGone(A1);
        awaitNoProcesses();

        String log = agent.log();
        assertTrue(log.contains("STOPPING -> TERMINATING on OVERDUE"), log);
        assertTrue(log.contains("TERMINATING -> KILLING on OVERDUE"), log);
    }

    @Test
    void aLaterIncarnationReplacesTheOlderLife() throws Exception {
        head.send(worker(A1, "stubborn"));
        long old = head.await(A1, WorkerState.OPEN).getPid();

        head.send(worker(A2, "plain"));
        long fresh = head.await(A2, WorkerState.OPEN).getPid();

        assertFalse(ProcessHandle.of(old).map(ProcessHandle::isAlive).orElse(false));
        assertTrue(old != fresh);
        awaitGone(A1);
    }

    @Test
    void muchOutputNeitherStallsNorFillsTheDisk() throws Exception {
        agent.kill();
        agent = TestingAgent.start(root, address, "--agent.worker-log-limit=1MiB");
        head.awaitRegistration(2);
        head.send(worker(A1, "print"));
        WorkerReport open = head.await(A1, WorkerState.OPEN);

        Path log = Path.of(open.getLogPath());
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (Files.size(log) > 1 << 20 && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertTrue(Files.size(log) <= 1 << 20);
        assertTrue(Files.exists(log.resolveSibling("output.log.1")));
    }

    @Test
    void oneAgentPerFolder() throws Exception {
        try (TestingAgent second = TestingAgent.start(root, address)) {
            assertEquals(1, second.awaitExit());
            assertTrue(second.log().contains(root.resolve("node").toString()), second.log());
            assertTrue(second.log().contains("pid " + agent.pid()), second.log());
        }
        assertTrue(agent.isAlive());
    }

    @Test
    void garbageOnItsPortChangesNothing() throws Exception {
        head.send(worker(A1, "plain"));
        head.await(A1, WorkerState.OPEN);
        HostPort port = HostPort.parse(
                Files.readString(root.resolve("node/agent.address")).strip());
        for (String garbage : List.of("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\0\0\0\0".repeat(1_000))) {
            try (Socket socket = new Socket(port.host(), port.port())) {
                socket.setSoTimeout(5_000);
                socket.getOutputStream().write(garbage.getBytes(StandardCharsets.ISO_8859_1));
                socket.getInputStream().readAllBytes();
            } catch (java.net.SocketException e) {
                assertTrue(e.getMessage().contains("reset") || e.getMessage().contains("pipe"), e.toString());
            }
        }
        kill(head.await(A1, WorkerState.OPEN).getPid());
        head.await(A1, WorkerState.EXITED);
    }

    @Test
    void lowerEpochsAndOtherClustersAreRefused() throws Exception {
        head.send(worker(A1, "plain"));
        head.await(A1, WorkerState.OPEN);

        assertEquals(ErrorCode.FENCED, refusal(TestingHead.CLUSTER, 0));
        assertEquals(ErrorCode.STORE_LOST, refusal("another", 9));
        head.await(A1, WorkerState.OPEN);
    }

    private ErrorCode refusal(String cluster, long epoch) {
        DesiredSet set = DesiredSet.newBuilder()
                .setStamp(Stamp.newBuilder().setCluster(cluster).setEpoch(epoch).setSequence(100))
                .build();
        ExecutionException refused = assertThrows(ExecutionException.class, () -> head.send(set));
        return ((OrreryException) ErrorCodec.unwrap(refused)).code();
    }

    @Test
    void artifactsAreFetchedBeforeTheLaunch() throws Exception {
        byte[] jar = new byte[3_000_000];
        jar[77] = 7;
        head.artifact(jar);
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(jar));
        ArtifactRef ref = ArtifactRef.newBuilder()
                .setSha256(sha256)
                .setName("user.jar")
                .setSize(jar.length)
                .build();
        DesiredWorker needing = worker(A1, "plain").toBuilder()
                .setSpec(ActorSpec.newBuilder().addArtifacts(ref))
                .build();
        DesiredWorker corrupt = worker(B1, "plain").toBuilder()
                .setSpec(ActorSpec.newBuilder().addArtifacts(ref.toBuilder().setSha256("0".repeat(64))))
                .build();
        head.send(needing, corrupt);

        head.await(A1, WorkerState.OPEN);
        assertEquals(jar.length, Files.size(root.resolve("node/artifacts").resolve(sha256 + ".jar")));
        WorkerReport failed = head.await(B1, WorkerState.EXITED);
        assertEquals("launch", failed.getFailure().getKind());
        assertTrue(failed.getFailure().getMessage().contains("SHA-256"), failed.toString());
    }

    @Test
    void terminatedTheAgentLeavesItsWorkersUnlessToldOtherwise() throws Exception {
        head.send(worker(A1, "plain"));
        long pid = head.await(A1, WorkerState.OPEN).getPid();
        agent.terminate();
        agent.awaitExit();
        assertTrue(ProcessHandle.of(pid).isPresent());

        agent = TestingAgent.start(root, address, "--agent.stop-workers-on-exit=true");
        head.awaitRegistration(2);
        head.await(A1, WorkerState.OPEN);
        agent.terminate();
        agent.awaitExit();
        assertEquals(Optional.empty(), ProcessHandle.of(pid).filter(ProcessHandle::isAlive));
        awaitNoProcesses();
    }
}
