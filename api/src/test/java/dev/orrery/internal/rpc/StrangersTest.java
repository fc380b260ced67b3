package dev.orrery.internal.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.testing.TestingLog;
import dev.orrery.testing.TestingRpc;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever else comes to the port is closed, with one line each. */
class StrangersTest {
    private static final int ROUNDS = 300;

    private final TestingRpc rpc = new TestingRpc(TestingRpc.patientLimits());
    private final TestingLog log = TestingLog.of(RpcServer.class.getPackageName());
    private final RpcServer server = rpc.serve(RpcHandlers.none());

    @AfterEach
    void close() {
        log.close();
        rpc.close();
    }

    private RpcServer impatient() {
        RpcLimits limits = new RpcLimits(4_096, Duration.ofMillis(100), Duration.ofSeconds(15), Duration.ofMillis(300));
        return rpc.serve(TestingRpc.identity(PeerRole.HEAD, "server"), limits, TestingRpc.ANY_PORT, RpcHandlers.none());
    }

    private void assertOneLine(String part) throws InterruptedException {
        String line = log.next();
        assertTrue(line.contains(part), line);
        server.close();
        assertEquals(List.of(), log.rest());
    }

    @Test
    void http() throws Exception {
        try (RawPeer raw = new RawPeer(server.address())) {
            raw.send("GET /metrics HTTP/1.1\r\nHost: head\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals(0, raw.awaitClosed());
        }
        assertOneLine("not Orrery's protocol (looks like HTTP)");
    }

    @Test
    void tls() throws Exception {
        try (RawPeer raw = new RawPeer(server.address())) {
            raw.send(new byte[] {0x16, 3, 1, 0, 100, 1, 0, 0, 96});
            assertEquals(0, raw.awaitClosed());
        }
        assertOneLine("not Orrery's protocol (looks like TLS)");
    }

    @Test
    void anotherVersion() throws Exception {
        try (RawPeer raw = new RawPeer(server.address())) {
            raw.send(new byte[] {'O', 'R', 'R', 'E', 'R', 'Y', 0, 9});
            assertEquals(0, raw.awaitClosed());
        }
        assertOneLine("version 9 of Orrery's protocol, where 1 is spoken");
    }

    @Test
    void silence() throws Exception {
        try (RawPeer raw = new RawPeer(impatient().address())) {
            assertEquals(0, raw.awaitClosed());
        }
        assertOneLine("waited 300 ms for a greeting");
    }

    @Test
    void greetingAndThenSilence() throws Exception {
        try (RawPeer raw = new RawPeer(impatient().address())) {
            raw.preface().frame(RawPeer.hello());
            raw.awaitClosed();
        }
        assertOneLine("waited 300 ms for the proof");
    }

    @Test
    void largeGreeting() throws Exception {
        try (RawPeer raw = new RawPeer(server.address())) {
            raw.preface().send(new byte[] {0, 0, 0x20, 0});
            assertEquals(0, raw.awaitClosed());
        }
        assertOneLine("a frame of 8192 bytes, where at most 4096 are allowed");
    }

    @Test
    void randomBytes() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = new byte[random.nextInt(6_000)];
            random.nextBytes(bytes);
            try (RawPeer raw = new RawPeer(server.address())) {
                sendGarbage(raw, random.nextInt(3), bytes);
                raw.awaitClosed();
            }
            log.next();
        }
        assertEquals(List.of(), log.rest());
        assertTrue(rpc.connect(server.address()).isOpen());
    }

    private static void sendGarbage(RawPeer raw, int form, byte[] bytes) throws java.io.IOException {
        try {
            if (form > 0) {
                raw.preface();
            }
            if (form > 1) {
                raw.send(new byte[] {0, 0, (byte) (bytes.length % 4_096 >> 8), (byte) bytes.length});
            }
            raw.send(bytes).endOutput();
        } catch (java.net.SocketException e) {
            // It was refused before it had all been sent.
        }
    }
}
