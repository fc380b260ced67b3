package dev.orrery.internal.rpc;

import static dev.orrery.testing.TestingRpc.LONG;
import static dev.orrery.testing.TestingRpc.answer;
import static dev.orrery.testing.TestingRpc.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.AuthenticationException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.proto.Hello;
import dev.orrery.internal.proto.Proof;
import dev.orrery.internal.proto.RpcFrame;
import dev.orrery.testing.TestingLog;
import dev.orrery.testing.TestingRpc;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HandshakeTest {
    private final TestingRpc rpc = new TestingRpc(TestingRpc.patientLimits());
    private final TestingLog log = TestingLog.of(RpcServer.class.getPackageName());
    private final AtomicInteger calls = new AtomicInteger();
    private final CompletableFuture<RpcPeer> caller = new CompletableFuture<>();

    @AfterEach
    void close() {
        log.close();
        rpc.close();
    }

    private RpcServer server() {
        return rpc.serve(RpcHandlers.builder()
                .on(TestingRpc.ECHO, (connection, request) -> {
                    calls.incrementAndGet();
                    caller.complete(connection.peer());
                    return CompletableFuture.completedFuture(request);
                })
                .build());
    }

    private OrreryException refused(RpcServer server, String cluster, ClusterSecret secret) {
        RpcClient client = rpc.client(new RpcIdentity(cluster, PeerRole.DRIVER, "client", secret), RpcHandlers.none());
        return failure(client.connect(server.address(), LONG));
    }

    private void assertOneLine(RpcServer server, String part) throws InterruptedException {
        String line = log.next();
        assertTrue(line.contains(part), line);
        server.close();
        assertEquals(List.of(), log.rest());
    }

    @Test
    void bothEndsLearnWhoTheOtherIs() {
        RpcConnection connection = rpc.connect(server().address());
        assertEquals(PeerRole.HEAD, connection.peer().role());
        assertEquals("server", connection.peer().name());
        answer(connection.call(TestingRpc.ECHO, TestingRpc.text("hello"), LONG));
        assertEquals("client", answer(caller).name());
        assertEquals(PeerRole.DRIVER, answer(caller).role());
        assertEquals(List.of(), log.rest());
    }

    @Test
    void wrongSecretIsRefusedAndNamed() throws Exception {
        RpcServer server = server();
        OrreryException failure = refused(server, "testing", TestingRpc.secret("not the secret of the tests"));
        assertTrue(failure instanceof AuthenticationException, failure.toString());
        assertTrue(failure.getMessage().contains(server.address().toString()), failure.getMessage());
        assertTrue(failure.getMessage().contains("wrong cluster secret"), failure.getMessage());
        assertOneLine(server, "WARN no connection with 127.0.0.1:");
    }

    @Test
    void anotherClusterIsRefusedAndNamed() throws Exception {
        RpcServer server = server();
        OrreryException failure = refused(server, "production", TestingRpc.SECRET);
        assertEquals(ErrorCode.UNAUTHENTICATED, failure.code());
        assertTrue(failure.getMessage().contains(server.address().toString()), failure.getMessage());
        assertTrue(failure.getMessage().contains("'testing'"), failure.getMessage());
        assertTrue(failure.getMessage().contains("'production'"), failure.getMessage());
        assertOneLine(server, "another cluster");
    }

    @Test
    void whoDoesNotKnowItsClusterYetFitsAny() {
        RpcClient client =
                rpc.client(new RpcIdentity("", PeerRole.DRIVER, "client", TestingRpc.SECRET), RpcHandlers.none());
        assertTrue(answer(client.connect(server().address(), LONG)).isOpen());
    }

    @Test
    void ownProofSentBackIsRefused() throws Exception {
        RpcServer server = server();
        try (RawPeer raw = new RawPeer(server.address())) {
            raw.preface().frame(RawPeer.hello());
            raw.read(Preface.LENGTH);
            assertEquals("server", Hello.parseFrom(raw.readFrame()).getName());
            Proof stolen = Proof.parseFrom(raw.readFrame());
            raw.frame(stolen);
            assertEquals(0, raw.awaitClosed());
        }
        assertOneLine(server, "wrong cluster secret");
    }

    @Test
    void proofOfAnotherConnectionIsRefused() throws Exception {
        RpcServer server = server();
        Hello hello = RawPeer.hello();
        Proof first = null;
        for (int round = 0; round < 2; round++) {
            try (RawPeer raw = new RawPeer(server.address())) {
                raw.preface().frame(hello);
                raw.read(Preface.LENGTH);
                byte[] theirs = raw.readFrame();
                if (first == null) {
                    byte[] label = "orrery-rpc-dialler".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
                    first = Proof.newBuilder()
                            .setMac(com.google.protobuf.ByteString.copyFrom(
                                    TestingRpc.SECRET.mac(label, hello.toByteArray(), theirs)))
                            .build();
                    raw.readFrame();
                    raw.frames(first, echoRequest());
                    assertTrue(RpcFrame.parseFrom(raw.readFrame()).getResponse().hasPayload());
                } else {
                    raw.readFrame();
                    raw.frames(first, echoRequest());
                    assertEquals(0, raw.awaitClosed());
                }
            }
        }
        assertEquals(1, calls.get());
        assertOneLine(server, "wrong cluster secret");
    }

    private static RpcFrame echoRequest() {
        return RpcFrame.newBuilder()
                .setRequest(RpcFrame.Request.newBuilder()
                        .setCall(1)
                        .setMethod("Echo")
                        .setTimeoutMillis(1_000)
                        .setPayload(TestingRpc.text("unproved").toByteString()))
                .build();
    }

    @Test
    void nothingIsServedBeforeTheProof() throws Exception {
        RpcServer server = server();
        try (RawPeer raw = new RawPeer(server.address())) {
            raw.preface().frames(RawPeer.hello(), echoRequest(), echoRequest());
            raw.awaitClosed();
        }
        log.next();
        server.close();
        assertEquals(0, calls.get());
    }

    @Test
    void listenerThatEchoesIsRefused() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HostPort address = new HostPort("127.0.0.1", listener.getLocalPort());
            CompletableFuture<RpcConnection> connecting =
                    rpc.client(RpcHandlers.none()).connect(address, LONG);
            try (Socket accepted = listener.accept()) {
                byte[] bytes = new byte[1_000];
                int length = accepted.getInputStream().read(bytes);
                accepted.getOutputStream().write(bytes, 0, length);
                OrreryException failure = failure(connecting);
                assertEquals(ErrorCode.PROTOCOL, failure.code());
                assertTrue(failure.getMessage().contains(address.toString()), failure.getMessage());
            }
        }
    }

    @Test
    void silentListenerEndsAtTheDeadline() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HostPort address = new HostPort("127.0.0.1", listener.getLocalPort());
            OrreryException failure = failure(rpc.client(RpcHandlers.none()).connect(address, Duration.ofMillis(100)));
            assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure.code());
            assertTrue(failure.getMessage().contains("100 ms"), failure.getMessage());
            assertTrue(failure.getMessage().contains(address.toString()), failure.getMessage());
        }
    }

    @Test
    void silentListenerEndsAtTheLimitOfTheHandshakeToo() throws Exception {
        RpcLimits limits = new RpcLimits(4_096, Duration.ofMillis(100), Duration.ofSeconds(15), Duration.ofMillis(150));
        RpcIdentity identity = TestingRpc.identity(PeerRole.DRIVER, "client");
        RpcClient client = new RpcClient(rpc.transport(), identity, limits, RpcHandlers.none());
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HostPort address = new HostPort("127.0.0.1", listener.getLocalPort());
            OrreryException failure = failure(client.connect(address, LONG));
            assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure.code());
            assertTrue(failure.getMessage().contains("150 ms"), failure.getMessage());
            assertTrue(failure.getMessage().contains(address.toString()), failure.getMessage());
        }
    }

    @Test
    void nobodyListeningOrNoSuchHostIsAFailedConnection() throws Exception {
        HostPort gone;
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            gone = new HostPort("127.0.0.1", listener.getLocalPort());
        }
        for (HostPort address : List.of(gone, new HostPort("no-such-host.invalid", 6400))) {
            OrreryException failure = failure(rpc.client(RpcHandlers.none()).connect(address, LONG));
            assertEquals(ErrorCode.CONNECTION_FAILED, failure.code());
            assertTrue(failure.getMessage().contains(address.toString()), failure.getMessage());
        }
    }

    @Test
    void hostsAreFoundByName() {
        HostPort address = new HostPort("localhost", server().address().port());
        assertTrue(rpc.connect(address).isOpen());
    }

    @Test
    void cancelledConnectLeavesNoConnection() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HostPort address = new HostPort("127.0.0.1", listener.getLocalPort());
            CompletableFuture<RpcConnection> connecting =
                    rpc.client(RpcHandlers.none()).connect(address, LONG);
            try (RawPeer raw = new RawPeer(listener.accept())) {
                raw.read(Preface.LENGTH);
                raw.readFrame();
                connecting.cancel(false);
                assertEquals(0, raw.awaitClosed());
            }
        }
    }
}
