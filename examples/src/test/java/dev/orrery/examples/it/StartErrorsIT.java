package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that cannot start says why, where and what to do, and ends. */
@Timeout(120)
class StartErrorsIT {
    private static final long EXIT_SECONDS = 40;

    @TempDir
    private Path folder;

    private record Ended(int exitCode, String output) {}

    @Test
    void aHeadWithoutZooKeeperEndsAfterItsTimeoutAndNamesTheAddress() throws Exception {
        String nobody = "127.0.0.1:" + freePort();

        Ended head = run(
                "dev.orrery.head.HeadMain",
                "--head.bind=127.0.0.1:0",
                "--zookeeper.connect=" + nobody,
                "--zookeeper.connect-timeout=2s",
                "--head.data-dir=" + folder.resolve("head"),
                "--cluster.secret-file=" + folder.resolve("secret"));

        assertEquals(1, head.exitCode());
        assertTrue(head.output().contains(nobody), head.output());
    }

    @Test
    void aHeadWhosePortIsTakenNamesIt() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();

            Ended head = run(
                    "dev.orrery.head.HeadMain",
                    "--head.bind=" + address,
                    "--zookeeper.connect=127.0.0.1:" + freePort(),
                    "--zookeeper.connect-timeout=2s",
                    "--head.data-dir=" + folder.resolve("head"),
                    "--cluster.secret-file=" + folder.resolve("secret"));

            assertEquals(1, head.exitCode());
            assertTrue(head.output().contains(address), head.output());
        }
    }

    @Test
    void allErrorsOfAConfigurationAreReportedTogether() throws Exception {
        Ended agent = run(
                "dev.orrery.agent.AgentMain",
                "--agent.heads=nonsense",
                "--agent.heartbeat=often",
                "--agent.hart-beat=1s",
                "--agent.cpus=-1");

        assertEquals(1, agent.exitCode());
        for (String part : List.of("agent.heads", "agent.heartbeat", "agent.hart-beat", "agent.cpus", "did you mean")) {
            assertTrue(agent.output().contains(part), part + " in " + agent.output());
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Ended run(String mainClass, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                mainClass));
        line.addAll(List.of(arguments));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS), "it did not end");
            return new Ended(process.exitValue(), java.nio.file.Files.readString(output));
        } finally {
            process.destroyForcibly();
        }
    }
}
