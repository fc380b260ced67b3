package dev.orrery.internal.rpc;

import static dev.orrery.testing.TestingRpc.ECHO;
import static dev.orrery.testing.TestingRpc.LONG;
import static dev.orrery.testing.TestingRpc.answer;
import static dev.orrery.testing.TestingRpc.failure;
import static dev.orrery.testing.TestingRpc.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.StringValue;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.testing.TestingLog;
import dev.orrery.testing.TestingProxy;
import dev.orrery.testing.TestingRpc;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How connections end, and what is refused without ending them. */
class ConnectionEndTest {
    private static final int MAX_FRAME = 1 << 20;

    private final TestingRpc rpc = new TestingRpc(TestingRpc.patientLimits());
    private final TestingLog log = TestingLog.of(RpcServer.class.getPackageName());
    private final CompletableFuture<RpcConnection> served = new CompletableFuture<>();
    private final CompletableFuture<StringValue> handling = new CompletableFuture<>();

    @AfterEach
    void close() {
        log.close();
        rpc.close();
    }

    /** Answers "now …" at once and others never. */
    private RpcServer server(TestingRpc ends) {
        return ends.serve(RpcHandlers.builder()
                .on(ECHO, (connection, request) -> {
                    served.complete(connection);
                    return request.getValue().startsWith("now") ? CompletableFuture.completedFuture(request) : handling;
                })
                .build());
    }

    /** Ends for which a second is silence. */
    private static TestingRpc attentive() {
        return new TestingRpc(
                new RpcLimits(MAX_FRAME, Duration.ofMillis(50), Duration.ofSeconds(1), Duration.ofSeconds(15)));
    }

    private RpcServer server() {
        return server(rpc);
    }

    private void assertLost(CompletableFuture<?> call, String reason) {
        OrreryException failure = failure(call);
        assertEquals(ErrorCode.CONNECTION_LOST, failure.code());
        assertTrue(failure.getMessage().contains("head server at 127.0.0.1:"), failure.getMessage());
        assertTrue(failure.getMessage().contains(reason), failure.getMessage());
    }

    @Test
    void callsUnderWayFailWhenThePeerGoes() {
        RpcServer server = server();
        RpcConnection connection = rpc.connect(server.address());
        CompletableFuture<StringValue> call = connection.call(ECHO, text("later"), LONG);
        answer(served);
        server.close();
        assertLost(call, "the peer closed it");
        assertTrue(answer(connection.closed()).startsWith("the peer closed it"));
        assertTrue(answer(handling.handle((value, failure) -> failure)) instanceof CancellationException);
        assertFalse(connection.isOpen());
        assertLost(connection.call(ECHO, text("now"), LONG), "the peer closed it");
        connection.notify(TestingRpc.NEWS, text("lost"));
    }

    @Test
    void closeIsIdempotentAndEndsCallsHere() {
        RpcConnection connection = rpc.connect(server().address());
        CompletableFuture<StringValue> call = connection.call(ECHO, text("later"), LONG);
        answer(served);
        connection.close();
        connection.close();
        assertLost(call, "closed here");
        assertEquals("closed here", answer(connection.closed()));
        assertTrue(answer(answer(served).closed()).startsWith("the peer closed it"));
    }

    @Test
    void silentPeerIsGoneForBothEnds() throws Exception {
        try (TestingRpc ends = attentive();
                TestingProxy proxy = new TestingProxy(server(ends).address())) {
            RpcConnection connection = ends.connect(proxy.address());
            answer(connection.call(ECHO, text("now"), LONG));
            CompletableFuture<StringValue> call = connection.call(ECHO, text("later"), LONG);
            proxy.fallSilent();
            assertLost(call, "silent for 1000 ms");
            assertEquals("silent for 1000 ms", answer(connection.closed()));
            assertEquals("silent for 1000 ms", answer(answer(served).closed()));
        }
    }

    @Test
    void heartbeatsKeepAnIdleConnection() {
        try (TestingRpc ends = attentive()) {
            RpcConnection connection = ends.connect(server(ends).address());
            // Nothing else is sent for longer than the limit.
            OrreryException deadline = failure(connection.call(ECHO, text("later"), Duration.ofMillis(1_500)));
            assertEquals(ErrorCode.DEADLINE_EXCEEDED, deadline.code());
            assertTrue(connection.isOpen());
            assertEquals("now", answer(connection.call(ECHO, text("now"), LONG)).getValue());
        }
    }

    @Test
    void tooLargeARequestFailsAlone() {
        RpcConnection connection = rpc.connect(server().address());
        StringValue large = text("now" + "x".repeat(MAX_FRAME));
        OrreryException failure = failure(connection.call(ECHO, large, LONG));
        assertEquals(ErrorCode.TENSOR_TOO_LARGE, failure.code());
        assertTrue(failure.getMessage().contains("Echo of 1048"), failure.getMessage());
        assertTrue(failure.getMessage().contains("1048576 bytes"), failure.getMessage());
        assertThrows(OrreryException.class, () -> connection.notify(TestingRpc.NEWS, large));
        String fits = "now" + "x".repeat(MAX_FRAME - 2_048);
        assertEquals(fits, answer(connection.call(ECHO, text(fits), LONG)).getValue());
        assertEquals(List.of(), log.rest());
    }

    @Test
    void tooLargeAResponseFailsAlone() {
        RpcConnection connection = rpc.connect(server().address());
        CompletableFuture<StringValue> call = connection.call(ECHO, text("later"), LONG);
        answer(served);
        handling.complete(text("x".repeat(MAX_FRAME)));
        assertEquals(ErrorCode.TENSOR_TOO_LARGE, failure(call).code());
        assertEquals("now", answer(connection.call(ECHO, text("now"), LONG)).getValue());
    }

    @Test
    void tooLargeAnErrorIsCutShort() {
        RpcConnection connection = rpc.connect(server().address());
        CompletableFuture<StringValue> call = connection.call(ECHO, text("later"), LONG);
        answer(served);
        handling.completeExceptionally(OrreryException.of(ErrorCode.STAGE_FAILED, "x".repeat(MAX_FRAME)));
        OrreryException failure = failure(call);
        assertEquals(ErrorCode.STAGE_FAILED, failure.code());
        assertTrue(failure.getMessage().contains("too large to send"), failure.getMessage());
    }

    @Test
    void tooLargeAFrameEndsTheConnectionWithOneLine() throws Exception {
        RpcLimits small = new RpcLimits(4_096, Duration.ofMillis(100), Duration.ofSeconds(15), Duration.ofSeconds(15));
        RpcServer server =
                rpc.serve(TestingRpc.identity(PeerRole.HEAD, "server"), small, TestingRpc.ANY_PORT, RpcHandlers.none());
        RpcConnection connection = rpc.connect(server.address());
        CompletableFuture<StringValue> call = connection.call(ECHO, text("x".repeat(500_000)), LONG);
        assertEquals(ErrorCode.CONNECTION_LOST, failure(call).code());
        String line = log.next();
        assertTrue(line.contains("closing the connection with driver client"), line);
        assertTrue(line.contains("at most 4096 are allowed"), line);
        server.close();
        assertEquals(List.of(), log.rest());
    }

    @Test
    void takenAddressIsNamed() {
        HostPort taken = server().address();
        OrreryException failure = assertThrows(
                OrreryException.class,
                () -> rpc.serve(
                        TestingRpc.identity(PeerRole.HEAD, "second"),
                        TestingRpc.patientLimits(),
                        taken,
                        RpcHandlers.none()));
        assertEquals(ErrorCode.ADDRESS_IN_USE, failure.code());
        assertTrue(failure.getMessage().contains(taken.toString()), failure.getMessage());
    }

    @Test
    void addressOfAnotherHostIsNoAddressInUse() {
        OrreryException failure = assertThrows(
                OrreryException.class,
                () -> rpc.serve(
                        TestingRpc.identity(PeerRole.HEAD, "second"),
                        TestingRpc.patientLimits(),
                        new HostPort("192.0.2.1", 0),
                        RpcHandlers.none()));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure.code());
        assertTrue(failure.getMessage().contains("192.0.2.1:0"), failure.getMessage());
    }

    @Test
    void closedServerFreesItsPortAtOnce() {
        RpcServer first = server();
        rpc.connect(first.address());
        HostPort address = first.address();
        first.close();
        first.close();
        RpcServer second = rpc.serve(
                TestingRpc.identity(PeerRole.HEAD, "second"), TestingRpc.patientLimits(), address, RpcHandlers.none());
        assertEquals(address, second.address());
    }

    @Test
    void closedTransportEndsEverythingAndItsThreads() throws InterruptedException {
        String name = "closing-" + System.nanoTime();
        TestingRpc other = new TestingRpc(name, TestingRpc.patientLimits());
        HostPort address = server().address();
        RpcClient client = other.client(RpcHandlers.none());
        RpcConnection connection = answer(client.connect(address, LONG));
        CompletableFuture<StringValue> call = connection.call(ECHO, text("later"), LONG);
        answer(served);
        assertFalse(threads(name).isEmpty());
        other.transport().close();
        other.transport().close();
        awaitNoThreads(name);
        assertLost(call, "closed here");
        assertEquals("closed here", answer(connection.closed()));
        assertEquals(
                ErrorCode.CONNECTION_LOST,
                failure(connection.call(ECHO, text("now"), LONG)).code());
        assertEquals(
                ErrorCode.CONNECTION_FAILED,
                failure(client.connect(address, LONG)).code());
        HostPort byName = new HostPort("localhost", address.port());
        assertEquals(
                ErrorCode.CONNECTION_FAILED,
                failure(client.connect(byName, LONG)).code());
    }

    @Test
    void transportClosedWhileItsThreadsAreBusyEndsItsConnections() throws InterruptedException {
        String name = "busy-" + System.nanoTime();
        TestingRpc other = new TestingRpc(name, TestingRpc.patientLimits());
        RpcConnection connection = other.connect(server().address());
        CompletableFuture<StringValue> call = connection.call(ECHO, text("later"), LONG);
        answer(served);
        CountDownLatch busy = new CountDownLatch(2);
        CountDownLatch free = new CountDownLatch(1);
        // Each I/O thread is past its look whether it is to end.
        other.transport()
                .group()
                .forEach(thread -> thread.execute(() -> {
                    busy.countDown();
                    awaitLatch(free);
                }));
        awaitLatch(busy);
        Thread closing = new Thread(() -> other.transport().close(), name + "-closing");
        closing.start();
        while (closing.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        free.countDown();
        closing.join();
        assertLost(call, "closed here");
        assertEquals("closed here", answer(connection.closed()));
        assertTrue(answer(answer(served).closed()).startsWith("the peer closed it"));
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertTrue(latch.await(LONG.toSeconds(), TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A closed event loop tells so just before its thread ends. */
    private static void awaitNoThreads(String name) throws InterruptedException {
        for (Thread thread : threads(name)) {
            thread.join(LONG.toMillis());
        }
        assertEquals(List.of(), threads(name));
    }

    private static List<Thread> threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().contains(name))
                .toList();
    }
}
