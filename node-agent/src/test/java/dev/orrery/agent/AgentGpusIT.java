package dev.orrery.agent;

import static dev.orrery.testing.TestingWorlds.life;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.lifecycle.HostProcesses;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.Gpu;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.rpc.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real agent that looks for GPUs by a real process, which finds what the test says, and gives them to real workers. */
@Timeout(180)
class AgentGpusIT {
    private static final ActorLife A1 = life("actor-a", 1);
    private static final ActorLife B1 = life("actor-b", 1);

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path root;

    private TestingHead head;
    private HostPort address;
    private final List<TestingAgent> agents = new ArrayList<>();
    private int registrations;

    @BeforeEach
    void start() {
        head = new TestingHead(SecretFile.readOrCreate(root.resolve("secret")));
        address = head.start();
    }

    @AfterEach
    void stop() throws Exception {
        System.out.println(newest().log());
        head.send();
        head.await("no workers", report -> report.getWorkersCount() == 0);
        agents.forEach(TestingAgent::close);
        head.close();
    }

    private TestingAgent newest() {
        return agents.get(agents.size() - 1);
    }

    /** Starts an agent, whose probe finds {@code lines}, and waits for its first word to the head. */
    private NodeHello agent(List<String> lines, String... flags) throws Exception {
        Path script = Files.write(root.resolve("gpus"), lines);
        List<String> all = new ArrayList<>(List.of("--gpu.discover=auto", "--cuda-lib=" + script));
        all.addAll(List.of(flags));
        agents.add(TestingAgent.start(root, address, all.toArray(String[]::new)));
        registrations++;
        return head.awaitRegistration(registrations);
    }

    private static DesiredWorker worker(ActorLife actor, int asked, String... gpus) {
        return DesiredWorker.newBuilder()
                .setLife(actor)
                .setLabel("plain")
                .setSpec(ActorSpec.newBuilder()
                        .setResources(Resources.newBuilder().setGpus(asked)))
                .addAllGpus(List.of(gpus))
                .build();
    }

    private static List<String> environment(WorkerReport worker) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of(worker.getLogPath()))) {
            return lines.filter(line -> line.matches("[A-Z_]+=.*")).sorted().toList();
        }
    }

    @Test
    void theFirstWordToAHeadTellsTheGpusAndWorkersSeeTheirs() throws Exception {
        NodeHello hello = agent(
                List.of("nccl 23007", "gpu GPU-a 80000 NVIDIA H100", "gpu GPU-b 80000 NVIDIA H100"),
                "--nccl-lib=/opt/libnccl.so",
                "--gpu.share=2",
                "--gpu.multi-rank=true");
        assertEquals(4, hello.getResources().getGpus());
        assertEquals(
                List.of("GPU-a", "GPU-b"),
                hello.getGpus().getGpusList().stream().map(Gpu::getUuid).toList());
        assertEquals(23_007, hello.getGpus().getNcclVersion());
        assertTrue(hello.getGpus().getMultiRank());
        String log = newest().log();
        assertTrue(log.contains("2 GPUs (2 × NVIDIA H100), each for 2 actors, NCCL 2.30.7"), log);
        String said = Files.readString(root.resolve("node/gpu-probe/stdout"));
        assertTrue(said.contains("--nccl-lib, /opt/libnccl.so]"), said);

        head.send(worker(A1, 2, "GPU-b", "GPU-a"), worker(B1, 0));
        WorkerReport a = head.await(A1, WorkerState.OPEN);
        assertEquals(List.of("GPU-b", "GPU-a"), a.getGpusList());
        assertEquals(List.of("CUDA_VISIBLE_DEVICES=GPU-b,GPU-a", "NCCL_MULTI_RANK_GPU_ENABLE=1"), environment(a));
        assertEquals(
                List.of("CUDA_VISIBLE_DEVICES=", "NCCL_MULTI_RANK_GPU_ENABLE=1"),
                environment(head.await(B1, WorkerState.OPEN)));
    }

    @Test
    void aRestartedAgentTellsOtherGpusAndWhichTheLivingWorkersHave() throws Exception {
        agent(List.of("nccl 23007", "gpu GPU-a 80000 A", "gpu GPU-b 80000 A"));
        head.send(worker(A1, 1, "GPU-b"));
        head.await(A1, WorkerState.OPEN);

        newest().kill();
        NodeHello hello = agent(List.of("off no libnccl.so.2", "gpu GPU-a 80000 A"));
        assertEquals(1, hello.getResources().getGpus());
        assertEquals("no libnccl.so.2", hello.getGpus().getNcclOff());
        NodeReport adopted = head.await("adoption", NodeReport::getAdoptionFinished);
        assertEquals(
                List.of("GPU-b"), TestingHead.find(adopted, A1).orElseThrow().getGpusList());
    }

    @Test
    void aProbeThatDiesHangsOrFailsCostsNothingButTheGpus() throws Exception {
        assertOff(
                agent(List.of("gpu GPU-a 5 A", "die")),
                "the GPU probe exited with code 1: it crashed by SIGSEGV in C ");
        newest().kill();
        assertOff(
                agent(List.of("nccl 23007", "hang"), "--gpu.discover-timeout=2s"),
                "the GPU probe did not end within 2000 ms: looking for devices");
        newest().kill();
        assertOff(
                agent(List.of("gpu GPU-a 5 A", "exit 127"), "--agent.cpus=2"),
                "the GPU probe exited with code 127: java: symbol lookup error: libnccl.so.2: undefined symbol");
        head.send(worker(A1, 0));
        head.await(A1, WorkerState.OPEN);
    }

    private static void assertOff(NodeHello hello, String cause) {
        assertEquals(0, hello.getGpus().getGpusCount());
        assertEquals(0, hello.getResources().getGpus());
        assertTrue(hello.getGpus().getNcclOff().startsWith(cause), hello.toString());
    }

    @Test
    void noProcessIsStartedWhenNobodyWantsGpus() throws Exception {
        NodeHello hello = agent(List.of("nccl 23007", "gpu GPU-a 5 A"), "--agent.gpus=0");
        assertOff(hello, "agent.gpus is 0");
        assertTrue(Files.notExists(root.resolve("node/gpu-probe")));
    }

    private static void awaitLine(Path file, String part) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (Files.notExists(file) || !Files.readString(file).contains(part)) {
            assertTrue(System.nanoTime() < end, file + " lacks " + part);
            Thread.sleep(20);
        }
    }

    @Test
    void anAgentThatEndsTakesItsProbeAlong() throws Exception {
        Path script = Files.write(root.resolve("gpus"), List.of("hang"));
        TestingAgent hanging = TestingAgent.start(
                root, address, "--gpu.discover=auto", "--cuda-lib=" + script, "--gpu.discover-timeout=5m");
        awaitLine(root.resolve("node/gpu-probe/stderr"), "looking for devices");
        awaitLine(hanging.logFile(), "listens at");
        ProcessHandle probe = ProcessHandle.of(hanging.pid())
                .orElseThrow()
                .children()
                .findFirst()
                .orElseThrow();
        long started = HostProcesses.startTime(probe.pid()).orElseThrow();
        hanging.terminate();
        hanging.awaitExit();
        assertFalse(HostProcesses.isAlive(probe.pid(), started));
        agent(List.of("off nothing here"));
    }
}
