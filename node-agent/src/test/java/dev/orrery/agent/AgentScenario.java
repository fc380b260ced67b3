package dev.orrery.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.rpc.HostPort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real agent with real worker processes, and a head that does as the test says. */
@Timeout(180)
abstract class AgentScenario {
    @TempDir
    Path root;

    TestingHead head;
    HostPort address;
    TestingAgent agent;
    private int registrations;

    /** Of the agent. */
    String[] flags() {
        return new String[0];
    }

    @BeforeEach
    final void start() throws Exception {
        head = new TestingHead(SecretFile.readOrCreate(root.resolve("secret")));
        address = head.start();
        startAgent();
    }

    final void startAgent() throws Exception {
        agent = launchAgent();
        registrations++;
        head.awaitRegistration(registrations);
    }

    TestingAgent launchAgent() throws Exception {
        return TestingAgent.start(root, address, flags());
    }

    @AfterEach
    final void stop() throws Exception {
        System.out.println(agent.log());
        head.close();
        agent.close();
        List<ProcessHandle> left = processes();
        left.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle process : left) {
            process.onExit().get();
        }
    }

    /** Everything that was launched from this test's folder. */
    final List<ProcessHandle> processes() {
        String node = root.resolve("node").toString();
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(process -> process.pid() != agent.pid())
                    .filter(process -> {
                        String line = commandLine(process.pid());
                        return line.contains(node + "/workers") || line.contains(node + "/warm");
                    })
                    .toList();
        }
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    final void awaitNoProcesses() throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!processes().isEmpty() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertEquals(List.of(), processes());
    }

    static void kill(long pid) {
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }

    final NodeReport awaitGone(ActorLife life) throws InterruptedException {
        return head.await(
                life + " gone", report -> TestingHead.find(report, life).isEmpty());
    }
}
