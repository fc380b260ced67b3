package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Orrery;
import dev.orrery.OrreryOptions;
import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.error.AuthenticationException;
import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.proto.WorldMember;
import dev.orrery.tensor.Tensors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever does not speak Orrery's protocol, or does not know the secret, is shown out, with one line in the log. */
class StrangersIT extends ClusterScenario {
    private static final int READ_TIMEOUT_MILLIS = 15_000;
    private static final int RANDOM_BYTES = 4_096;
    private static final Pattern STRANGER_LINE = Pattern.compile("not Orrery's protocol|this is a port for worlds");
    private static final byte[] HTTP = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path folder;

    private PipelineRef pipeline;

    @BeforeAll
    void deploy() {
        pipeline = orrery().deploy(Pipeline.named("guarded")
                .stage("only", Stages.append("a", 0), s -> s.cpus(0.1))
                .build());
    }

    @AfterAll
    void undeploy() {
        if (pipeline != null) {
            pipeline.undeploy();
        }
    }

    @Test
    void httpAndRandomBytesAtAnyPortCloseTheConnectionWithOneLine() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        byte[] random = new byte[RANDOM_BYTES];
        new Random(seed).nextBytes(random);
        for (Map.Entry<String, Integer> port : ports().entrySet()) {
            for (byte[] bytes : List.of(HTTP, random)) {
                long linesBefore = protocolLines();
                assertTrue(isClosed(port.getValue(), bytes), port.getKey() + " keeps a stranger");
                awaitProtocolLines(port.getKey(), linesBefore + 1);
            }
        }
        try (Tensors request = Tensors.of("text", "x");
                Tensors answer = pipeline.infer(request).get(20, TimeUnit.SECONDS)) {
            assertEquals("x>a", answer.get("text").toStrings().get(0));
        }
    }

    @Test
    void aWrongSecretIsRefused() {
        Path wrong = folder.resolve("secret");
        SecretFile.readOrCreate(wrong);
        OrreryOptions options = OrreryOptions.parse(cluster().address()).toBuilder()
                .secretFile(wrong)
                .build();
        try (Orrery stranger = Orrery.connect(options)) {
            AuthenticationException refused =
                    assertThrows(AuthenticationException.class, () -> stranger.pipeline("guarded")
                            .status());
            assertTrue(refused.getMessage().contains("127.0.0.1"), refused.getMessage());
            assertInstanceOf(AuthenticationException.class, refused);
        }
    }

    /** Of the head, the agents, and the workers' data and RPC ports. */
    private Map<String, Integer> ports() throws IOException {
        Map<String, Integer> ports = new TreeMap<>();
        var view = cluster().observer().cluster(PATIENCE);
        ports.put("head", view.getLeaderAddress().getPort());
        for (WorldMember member : view.getWorldsList().get(0).getMembersList()) {
            ports.put(
                    "data port of " + member.getLabel(), member.getDataAddress().getPort());
        }
        ports.put(
                "gateway",
                view(pipeline).getGatewaysList().get(0).getRpcAddress().getPort());
        for (String node : List.of("node-a", "node-b")) {
            String address = Files.readString(
                            cluster().directory().resolve(node).resolve("agent.address"))
                    .strip();
            ports.put(node, Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
        }
        return ports;
    }

    private static boolean isClosed(int port, byte[] bytes) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), READ_TIMEOUT_MILLIS);
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            socket.getOutputStream().write(bytes);
            byte[] answer = socket.getInputStream().readAllBytes();
            return answer.length < 64;
        } catch (SocketException e) {
            // Reset: closed with our bytes unread.
            return true;
        }
    }

    private void awaitProtocolLines(String port, long expected) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (protocolLines() < expected && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        TimeUnit.MILLISECONDS.sleep(50);
        assertEquals(expected, protocolLines(), "lines about a stranger at " + port);
    }

    private long protocolLines() throws IOException {
        List<Path> logs;
        try (Stream<Path> walk = Files.walk(cluster().directory())) {
            logs = walk.filter(path -> path.toString().endsWith(".log")).toList();
        }
        List<String> lines = new ArrayList<>();
        for (Path log : logs) {
            try (Stream<String> all = Files.lines(log, StandardCharsets.ISO_8859_1)) {
                all.filter(line -> STRANGER_LINE.matcher(line).find()).forEach(lines::add);
            }
        }
        return lines.size();
    }
}
