package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.orrery.examples.cluster.HostCluster;
import dev.orrery.examples.cluster.HostClusterOptions;
import dev.orrery.examples.cluster.NamespaceHosts;
import dev.orrery.internal.rpc.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Large objects between hosts with addresses of their own, and a network that is cut: a driver and two nodes, each in a namespace. */
@Timeout(180)
class ObjectsAcrossNetworksIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final List<String> NODES = List.of("node-1", "node-2");
    private static final String DRIVER = "driver";
    private static final String COURIER = "courier";

    private static Optional<NamespaceHosts> network = Optional.empty();
    private static Optional<HostCluster> cluster = Optional.empty();
    private static Path folder;

    @BeforeAll
    static void start() throws IOException {
        Optional<String> whyNot = NamespaceHosts.whyNot();
        assumeTrue(whyNot.isEmpty(), () -> "skipped: " + whyNot.orElseThrow());
        Path parent = Files.createDirectories(
                Path.of("target", "it", "ObjectsAcrossNetworksIT").toAbsolutePath());
        folder = Files.createTempDirectory(parent, "cluster-");
        NamespaceHosts hosts = NamespaceHosts.make(Stream.concat(Stream.of("zk-1", "head-1", DRIVER), NODES.stream())
                .toList());
        network = Optional.of(hosts);
        HostCluster made = new HostCluster(
                new HostClusterOptions(
                        folder,
                        List.of("zk-1"),
                        List.of("head-1"),
                        NODES,
                        "no node",
                        List.of(),
                        Map.of(),
                        Map.of("agent.warm-workers", "0", "agent.class-archive", "false")),
                hosts,
                UUID.randomUUID().toString());
        cluster = Optional.of(made);
        made.start();
    }

    @AfterAll
    static void nothingIsLeft() {
        cluster.ifPresent(HostCluster::close);
        network.ifPresent(NamespaceHosts::remove);
        cluster.ifPresent(ended -> assertEquals(List.of(), ended.leaked(), "processes left behind"));
    }

    /** The rest of the line that the courier says with that at its beginning. */
    private static String awaitWord(String word) throws IOException, InterruptedException {
        Path log = cluster.orElseThrow().logs().resolve(COURIER + ".log");
        String begin = "courier: " + word;
        long end = System.nanoTime() + PATIENCE.toNanos();
        List<String> lines = List.of();
        while (System.nanoTime() < end) {
            lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
            Optional<String> said =
                    lines.stream().filter(line -> line.startsWith(begin)).findFirst();
            if (said.isPresent()) {
                return said.get().substring(begin.length()).strip();
            }
            Thread.sleep(20);
        }
        throw new AssertionError("the courier did not say '" + word + "', but " + lines);
    }

    @Test
    void objectsGoBetweenHostsAndAreLostWithTheWayToThem() throws Exception {
        HostCluster hosts = cluster.orElseThrow();
        Path gate = folder.resolve("gate");
        String heads = hosts.headAddresses().stream().map(HostPort::toString).collect(Collectors.joining(","));
        hosts.startProgram(
                COURIER,
                DRIVER,
                ObjectCourierMain.class.getName(),
                List.of("orrery://" + heads, hosts.secretFile().toString(), gate.toString()));
        String last = Float.toString(ObjectCourierMain.LENGTH - 1f);
        assertEquals("[42.0, 42.0]", awaitWord("sent"));
        assertEquals(last, awaitWord("between nodes"));
        assertEquals(last, awaitWord("home"));
        awaitWord("ready");
        NamespaceHosts between = network.orElseThrow();
        between.cut("there", "node-1", DRIVER);
        between.cut("back", DRIVER, "node-1");
        Files.createFile(gate);
        String why = awaitWord("lost");
        between.heal("there");
        between.heal("back");
        assertTrue(why.contains("on node node-1"), why);
        assertTrue(why.contains(between.address("node-1") + ":"), why);
    }
}
