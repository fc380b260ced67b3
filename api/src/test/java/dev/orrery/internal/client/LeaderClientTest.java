package dev.orrery.internal.client;

import static dev.orrery.testing.TestingRpc.ECHO;
import static dev.orrery.testing.TestingRpc.LONG;
import static dev.orrery.testing.TestingRpc.answer;
import static dev.orrery.testing.TestingRpc.failure;
import static dev.orrery.testing.TestingRpc.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.StringValue;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.testing.TestingProxy;
import dev.orrery.testing.TestingRpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeaderClientTest {
    private final TestingRpc rpc = new TestingRpc(TestingRpc.patientLimits());
    private final List<LeaderClient> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(LeaderClient::close);
        rpc.close();
    }

    /** A head that does what a test says. */
    private final class FakeHead {
        private final String name;
        private final RpcServer server;
        private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
        private final Set<RpcConnection> connections = ConcurrentHashMap.newKeySet();
        private volatile Function<StringValue, CompletableFuture<StringValue>> behaviour;

        FakeHead(String name) {
            this.name = name;
            lead();
            server = rpc.serve(RpcHandlers.builder()
                    .on(ECHO, (connection, request) -> {
                        connections.add(connection);
                        asked.add(request.getValue());
                        return behaviour.apply(request);
                    })
                    .build());
        }

        HostPort address() {
            return server.address();
        }

        void lead() {
            behaviour = request -> CompletableFuture.completedFuture(text(name + " did " + request.getValue()));
        }

        void standBy(Optional<HostPort> leader) {
            fail(ErrorCodec.notLeader(name, leader));
        }

        void fail(OrreryException failure) {
            behaviour = request -> CompletableFuture.failedFuture(failure);
        }

        void hang() {
            behaviour = request -> new CompletableFuture<>();
        }

        void awaitAsked() throws InterruptedException {
            assertTrue(asked.poll(20, TimeUnit.SECONDS) != null, "nobody asked " + name);
        }
    }

    private LeaderClient client(HostPort... heads) {
        LeaderClient client = new LeaderClient(rpc.client(RpcHandlers.none()), List.of(heads));
        clients.add(client);
        return client;
    }

    private static HostPort nobody() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new HostPort("127.0.0.1", listener.getLocalPort());
        }
    }

    private static String ask(LeaderClient client, String what) {
        return answer(client.call(ECHO, text(what), LONG)).getValue();
    }

    @Test
    void oneConnectionServesAllCalls() {
        FakeHead head = new FakeHead("h1");
        LeaderClient client = client(head.address());
        IntStream.range(0, 50)
                .mapToObj(i -> client.call(ECHO, text("x"), LONG))
                .toList()
                .forEach(TestingRpc::answer);
        assertEquals(1, head.connections.size());
    }

    @Test
    void followsTheHeadThatIsNamed() {
        FakeHead standby = new FakeHead("h1");
        FakeHead leader = new FakeHead("h2");
        standby.standBy(Optional.of(leader.address()));
        // Only the standby is known.
        LeaderClient client = client(standby.address());
        assertEquals("h2 did a", ask(client, "a"));
        assertEquals("h2 did b", ask(client, "b"));
        assertEquals(1, standby.asked.size());
    }

    @Test
    void triesOneHeadAfterAnother() throws Exception {
        FakeHead standby = new FakeHead("h2");
        standby.standBy(Optional.empty());
        FakeHead leader = new FakeHead("h3");
        assertEquals("h3 did a", ask(client(nobody(), standby.address(), leader.address()), "a"));
    }

    @Test
    void asksAgainWhenTheLeaderDiesMeanwhile() throws Exception {
        FakeHead first = new FakeHead("h1");
        first.hang();
        FakeHead second = new FakeHead("h2");
        CompletableFuture<StringValue> call =
                client(first.address(), second.address()).call(ECHO, text("operation-7"), LONG);
        first.awaitAsked();
        first.server.close();
        assertEquals("h2 did operation-7", answer(call).getValue());
        assertEquals(List.of("operation-7"), List.copyOf(second.asked));
    }

    @Test
    void aHeadThatIsStoppedIsNotWaitedFor() throws Exception {
        FakeHead standby = new FakeHead("h2");
        FakeHead leader = new FakeHead("h3");
        // The kernel accepts what nobody answers, as for a process that is stopped.
        try (ServerSocket stopped = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            HostPort deaf = new HostPort("127.0.0.1", stopped.getLocalPort());
            standby.standBy(Optional.of(deaf));
            LeaderClient client = client(deaf, standby.address(), leader.address());
            long begun = System.nanoTime();
            CompletableFuture<StringValue> call = client.call(ECHO, text("a"), LONG);
            standby.awaitAsked();
            assertEquals("h3 did a", answer(call).getValue());
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            System.out.println("found the leader beside a stopped head in " + took + " ms");
            assertTrue(took < 1_500, "took " + took + " ms");
        }
    }

    @Test
    void waitsUntilSomebodyLeads() throws Exception {
        FakeHead one = new FakeHead("h1");
        FakeHead two = new FakeHead("h2");
        one.standBy(Optional.of(two.address()));
        two.standBy(Optional.of(one.address()));
        CompletableFuture<StringValue> call =
                client(one.address(), two.address()).call(ECHO, text("a"), LONG);
        for (int i = 0; i < 3; i++) {
            one.awaitAsked();
            two.awaitAsked();
        }
        two.lead();
        assertEquals("h2 did a", answer(call).getValue());
    }

    @Test
    void headsThatNameEachOtherAreNotHammered() {
        FakeHead one = new FakeHead("h1");
        FakeHead two = new FakeHead("h2");
        one.standBy(Optional.of(two.address()));
        two.standBy(Optional.of(one.address()));
        OrreryException failure =
                failure(client(one.address(), two.address()).call(ECHO, text("a"), Duration.ofMillis(600)));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure.code());
        // Two after each pause of 50, 100, 200 and 400 ms.
        assertTrue(one.asked.size() + two.asked.size() <= 10, one.asked + " " + two.asked);
    }

    @Test
    void leaderWithoutItsStoreIsAskedAgain() throws Exception {
        FakeHead head = new FakeHead("h1");
        head.fail(OrreryException.of(ErrorCode.STORE_UNAVAILABLE, "no ZooKeeper"));
        CompletableFuture<StringValue> call = client(head.address()).call(ECHO, text("a"), LONG);
        head.awaitAsked();
        head.awaitAsked();
        head.lead();
        assertEquals("h1 did a", answer(call).getValue());
        assertEquals(1, head.connections.size());
    }

    @Test
    void leadersOwnErrorIsFinal() {
        FakeHead head = new FakeHead("h1");
        for (ErrorCode code : List.of(ErrorCode.NOT_FOUND, ErrorCode.DOES_NOT_FIT, ErrorCode.DEADLINE_EXCEEDED)) {
            head.fail(OrreryException.of(code, "as it is"));
            OrreryException failure =
                    failure(client(head.address(), head.address()).call(ECHO, text("a"), LONG));
            assertEquals(code, failure.code());
            assertEquals("as it is", failure.getMessage());
        }
        assertEquals(3, head.asked.size());
    }

    @Test
    void aRefusalTellsWhetherTheCallMayHaveBeenDoneBefore() throws Exception {
        OrreryException gone = OrreryException.of(ErrorCode.NOT_FOUND, "there is none");
        FakeHead first = new FakeHead("h1");
        FakeHead second = new FakeHead("h2");
        second.fail(gone);
        assertFalse(LeaderCall.wasRepeated(failure(client(second.address()).call(ECHO, text("a"), LONG))));
        first.standBy(Optional.of(second.address()));
        assertFalse(LeaderCall.wasRepeated(failure(client(first.address()).call(ECHO, text("a"), LONG))));
        first.fail(ErrorCodec.inDoubt(ErrorCodec.notLeader("h1", Optional.of(second.address()))));
        assertTrue(LeaderCall.wasRepeated(failure(client(first.address()).call(ECHO, text("a"), LONG))));
        first.asked.clear();
        first.hang();
        CompletableFuture<StringValue> call =
                client(first.address(), second.address()).call(ECHO, text("a"), LONG);
        first.awaitAsked();
        first.server.close();
        assertTrue(LeaderCall.wasRepeated(failure(call)));
    }

    @Test
    void wrongSecretIsFinal() {
        FakeHead head = new FakeHead("h1");
        RpcIdentity stranger =
                new RpcIdentity("testing", PeerRole.DRIVER, "stranger", TestingRpc.secret("a secret of somebody else"));
        LeaderClient client = new LeaderClient(rpc.client(stranger, RpcHandlers.none()), List.of(head.address()));
        clients.add(client);
        OrreryException failure = failure(client.call(ECHO, text("a"), LONG));
        assertEquals(ErrorCode.UNAUTHENTICATED, failure.code());
        assertTrue(failure.getMessage().contains(head.address().toString()), failure.getMessage());
    }

    @Test
    void deadlineNamesEachHeadAndWhatItSaid() throws Exception {
        HostPort nobody = nobody();
        FakeHead standby = new FakeHead("h2");
        standby.standBy(Optional.empty());
        OrreryException failure =
                failure(client(nobody, standby.address()).call(ECHO, text("a"), Duration.ofMillis(1_500)));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure.code());
        for (String part : List.of(
                "waited 1500 ms",
                "Echo",
                nobody + ": cannot connect",
                standby.address() + ": head h2 stands by; no leader is known now")) {
            assertTrue(failure.getMessage().contains(part), failure.getMessage());
        }
    }

    @Test
    void deadlineNamesTheHeadThatDoesNotAnswer() {
        FakeHead head = new FakeHead("h1");
        head.hang();
        OrreryException failure = failure(client(head.address()).call(ECHO, text("a"), Duration.ofMillis(100)));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure.code());
        assertTrue(failure.getMessage().contains("100 ms"), failure.getMessage());
        assertTrue(failure.getMessage().contains(head.address().toString()), failure.getMessage());
    }

    @Test
    void lostConnectionIsReplacedByOneOnly() throws Exception {
        FakeHead head = new FakeHead("h1");
        try (TestingProxy proxy = new TestingProxy(head.address())) {
            LeaderClient client = client(proxy.address());
            head.hang();
            List<CompletableFuture<StringValue>> calls = IntStream.range(0, 40)
                    .mapToObj(i -> client.call(ECHO, text("x"), LONG))
                    .toList();
            for (int i = 0; i < calls.size(); i++) {
                head.awaitAsked();
            }
            head.lead();
            proxy.cut();
            calls.forEach(TestingRpc::answer);
            assertEquals(2, head.connections.size());
        }
    }

    @Test
    void lateFailureOfALinkDoesNotEndTheNextOne() {
        FakeHead head = new FakeHead("h1");
        LeaderClient client = client(head.address());
        HeadSearch first = client.link();
        client.leave(first, head.address(), Optional.empty());
        HeadSearch second = client.link();
        assertNotSame(first, second);
        client.leave(first, head.address(), Optional.empty());
        client.leaveUnreached(first);
        assertSame(second, client.link());
        assertTrue(answer(second.reached()).connection().isOpen());
    }

    @Test
    void cancellingReachesTheHead() throws Exception {
        FakeHead head = new FakeHead("h1");
        CompletableFuture<StringValue> handling = new CompletableFuture<>();
        head.behaviour = request -> handling;
        CompletableFuture<StringValue> call = client(head.address()).call(ECHO, text("a"), LONG);
        head.awaitAsked();
        call.cancel(false);
        assertEquals(CancellationException.class, answer(handling.handle((value, failure) -> failure.getClass())));
    }

    @Test
    void closeEndsCallsAndConnections() throws Exception {
        FakeHead head = new FakeHead("h1");
        head.hang();
        LeaderClient client = client(head.address());
        CompletableFuture<StringValue> call = client.call(ECHO, text("a"), LONG);
        head.awaitAsked();
        LeaderClient waiting = client(nobody());
        CompletableFuture<StringValue> retried = waiting.call(ECHO, text("a"), LONG);
        RpcConnection connection = answer(client.link().reached()).connection();
        for (LeaderClient each : List.of(client, waiting)) {
            each.close();
            each.close();
        }
        assertEquals(ErrorCode.CANCELLED, failure(call).code());
        assertEquals(ErrorCode.CANCELLED, failure(retried).code());
        assertEquals(
                ErrorCode.CANCELLED, failure(client.call(ECHO, text("b"), LONG)).code());
        answer(connection.closed());
        assertFalse(connection.isOpen());
    }
}
