package dev.orrery.head;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.Uninterruptibles;
import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.client.LeaderClient;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.DescribeClusterRequest;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeView;
import dev.orrery.internal.proto.NodeWelcome;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcMethod;
import dev.orrery.internal.rpc.RpcTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Heads and ZooKeeper as processes of their own, and what becomes of them when they are killed or stopped. */
@Timeout(180)
class HeadFailoverIT {
    private static final Duration SESSION = Duration.ofSeconds(2);
    private static final int MAX_DRIVERS = 100;
    private static final Duration CALL = Duration.ofSeconds(10);
    /** While a head is stopped, its peers should not give up before it goes on. */
    private static final RpcLimits PATIENT =
            new RpcLimits(64 << 20, Duration.ofMillis(500), Duration.ofSeconds(60), Duration.ofSeconds(5));

    @TempDir
    private Path folder;

    private final Map<String, TestingProcess> processes = new HashMap<>();
    private final RpcTransport transport = new RpcTransport("test", 1);
    private int zooKeeperPort;

    @BeforeEach
    void start() throws IOException {
        transport.start();
        zooKeeperPort = freePort();
        processes.put("zookeeper", TestingProcess.startZooKeeper(folder, zooKeeperPort));
    }

    @AfterEach
    void end() {
        processes.values().forEach(TestingProcess::close);
        transport.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private TestingProcess startHead(String name) {
        TestingProcess head = TestingProcess.start(
                name,
                folder,
                List.of(
                        "dev.orrery.head.HeadMain",
                        "--head.name=" + name,
                        "--head.bind=127.0.0.1:0",
                        "--head.data-dir=" + folder.resolve(name),
                        "--cluster.secret-file=" + folder.resolve("secret"),
                        "--zookeeper.connect=127.0.0.1:" + zooKeeperPort,
                        "--zookeeper.session-timeout=" + SESSION.toMillis() + "ms"));
        processes.put(name, head);
        return head;
    }

    private static HostPort address(TestingProcess head) {
        return HostPort.parse(head.await("listens at (\\S+)"));
    }

    private static void awaitLeader(TestingProcess head, String name, int epoch) {
        head.await("head (" + name + ") is leader, epoch " + epoch + "\\b");
    }

    private RpcConnection connect(TestingProcess head, PeerRole role, String name) {
        RpcIdentity identity = new RpcIdentity("orrery", role, name, SecretFile.read(folder.resolve("secret")));
        return new RpcClient(transport, identity, PATIENT, RpcHandlers.none())
                .connect(address(head), CALL)
                .join();
    }

    private static <Q extends MessageLite, R extends MessageLite> R call(
            RpcConnection connection, RpcMethod<Q, R> method, Q request) {
        try {
            return connection.call(method, request, CALL).join();
        } catch (CompletionException e) {
            throw (OrreryException) e.getCause();
        }
    }

    private static ClusterView describe(RpcConnection connection) {
        return call(connection, Protocol.DESCRIBE_CLUSTER, DescribeClusterRequest.getDefaultInstance());
    }

    private static NodeHello hello(String node) {
        return NodeHello.newBuilder()
                .setNode(node)
                .setAgentInstance(node + "-instance")
                .setHost("127.0.0.1")
                .setResources(Resources.newBuilder().setMilliCpus(1_000))
                .build();
    }

    private static List<String> nodes(RpcConnection leader) {
        return describe(leader).getNodesList().stream()
                .map(NodeView::getName)
                .sorted()
                .toList();
    }

    private static void awaitNode(RpcConnection leader, String node) {
        await().atMost(Duration.ofSeconds(10)).until(() -> nodes(leader).contains(node));
    }

    @Test
    void whenTheLeaderIsKilledTheStandbyLeadsByTheNextEpoch() throws Exception {
        TestingProcess first = startHead("h1");
        awaitLeader(first, "h1", 1);
        TestingProcess second = startHead("h2");
        RpcConnection standby = connect(second, PeerRole.DRIVER, "test");
        RpcConnection leader = connect(first, PeerRole.AGENT, "n1");
        NodeWelcome welcome = call(leader, Protocol.REGISTER_NODE, hello("n1"));
        assertEquals(1, welcome.getEpoch());
        awaitNode(leader, "n1");
        await().atMost(Duration.ofSeconds(10)).until(() -> leaderSeenBy(standby).equals(Optional.of(address(first))));

        first.signal("KILL");
        long killed = System.nanoTime();
        awaitLeader(second, "h2", 2);
        Duration failover = Duration.ofNanos(System.nanoTime() - killed);

        System.out.println("failover after kill -9 in " + failover.toMillis() + " ms");
        assertTrue(failover.compareTo(SESSION.plusSeconds(1)) <= 0, "took " + failover);
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            ClusterView view = describe(standby);
            assertEquals(2, view.getEpoch());
            assertEquals("h2", view.getLeader());
            assertEquals(List.of("n1"), nodes(standby));
        });
        assertEquals(
                welcome.getCluster(),
                call(standby, Protocol.REGISTER_NODE, hello("n1")).getCluster());
    }

    private static Optional<HostPort> leaderSeenBy(RpcConnection standby) {
        OrreryException refused = assertThrows(OrreryException.class, () -> describe(standby));
        assertEquals(ErrorCode.NOT_LEADER, refused.code());
        return ErrorCodec.leaderOf(refused);
    }

    @Test
    void whatAStoppedLeaderStillHadToWriteNeverLands() throws Exception {
        TestingProcess first = startHead("h1");
        awaitLeader(first, "h1", 1);
        TestingProcess second = startHead("h2");
        address(second);
        RpcConnection toFirst = connect(first, PeerRole.AGENT, "agents");
        call(toFirst, Protocol.REGISTER_NODE, hello("before"));
        awaitNode(toFirst, "before");

        // So much to write that it is stopped in the middle of it, with more waiting in its socket.
        try (Pump pump = new Pump(toFirst)) {
            pump.awaitCalls(200);
            first.signal("STOP");
            pump.awaitCalls(100);
        }
        awaitLeader(second, "h2", 2);
        RpcConnection toSecond = connect(second, PeerRole.AGENT, "after");
        call(toSecond, Protocol.REGISTER_NODE, hello("after"));
        awaitNode(toSecond, "after");
        List<String> known = nodes(toSecond);
        first.signal("CONT");
        first.await("(epoch 1 is no longer led)");
        await().atMost(Duration.ofSeconds(20)).until(() -> leaderSeenBy(toFirst).equals(Optional.of(address(second))));

        // What is stored, not only what the leader has in memory: the next leader has nothing else.
        second.signal("KILL");
        awaitLeader(first, "h1", 3);
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertEquals(known, nodes(toFirst)));
    }

    /** Registers ever more nodes. */
    private static final class Pump implements AutoCloseable {
        private final AtomicInteger calls = new AtomicInteger();
        private final RpcConnection leader;
        private final Thread thread = new Thread(this::run, "pump");
        private volatile boolean stopped;

        Pump(RpcConnection leader) {
            this.leader = leader;
            thread.start();
        }

        private void run() {
            while (!stopped) {
                leader.call(Protocol.REGISTER_NODE, hello("n-" + calls.get()), Duration.ofSeconds(60));
                calls.incrementAndGet();
                LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
            }
        }

        void awaitCalls(int more) {
            int wanted = calls.get() + more;
            await().atMost(Duration.ofSeconds(20)).until(() -> calls.get() >= wanted);
        }

        @Override
        public void close() {
            stopped = true;
            Uninterruptibles.joinUninterruptibly(thread);
        }
    }

    @Test
    void readsAreAnsweredAlsoWhenZooKeeperDiesInTheMiddleOfCommits() throws Exception {
        TestingProcess head = startHead("h1");
        awaitLeader(head, "h1", 1);
        RpcConnection driver = connect(head, PeerRole.DRIVER, "test");
        List<Long> took = new ArrayList<>();
        try (Pump pump = new Pump(connect(head, PeerRole.AGENT, "agents"))) {
            pump.awaitCalls(200);
            processes.get("zookeeper").signal("KILL");
            long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
            while (System.nanoTime() < end) {
                long begun = System.nanoTime();
                readOrRefusal(driver);
                took.add(Duration.ofNanos(System.nanoTime() - begun).toMillis());
            }
        }
        long worst = took.stream().mapToLong(millis -> millis).max().orElseThrow();
        System.out.println("longest of " + took.size() + " reads while ZooKeeper was gone: " + worst + " ms");
        assertTrue(worst < 3_000, "took " + worst + " ms");
    }

    /** Once its session has expired, a head says that it does not lead. */
    private static void readOrRefusal(RpcConnection head) {
        try {
            describe(head);
        } catch (OrreryException e) {
            assertEquals(ErrorCode.NOT_LEADER, e.code(), e.getMessage());
        }
    }

    @Test
    void driversFindTheNextLeaderBesideAStoppedOne() throws Exception {
        TestingProcess first = startHead("h1");
        awaitLeader(first, "h1", 1);
        TestingProcess second = startHead("h2");
        List<HostPort> heads = List.of(address(first), address(second));
        Deque<LeaderClient> drivers = new ArrayDeque<>();
        try {
            LeaderClient known = driver(heads);
            drivers.add(known);
            askLeader(known).join();
            first.signal("STOP");
            List<CompletableFuture<Long>> answered = new ArrayList<>(List.of(askLeader(known)));
            // Their attempts are spread over time, as those of drivers that do not know of each other are.
            while (!second.said("head h2 is leader, epoch 2\\b") && answered.size() < MAX_DRIVERS) {
                drivers.add(driver(heads));
                answered.add(askLeader(drivers.getLast()));
                LockSupport.parkNanos(Duration.ofMillis(150).toNanos());
            }
            awaitLeader(second, "h2", 2);
            long led = System.nanoTime();
            drivers.add(driver(heads));
            answered.add(askLeader(drivers.getLast()));

            List<Long> waited = answered.stream()
                    .map(answer -> Duration.ofNanos(answer.join() - led).toMillis())
                    .toList();
            System.out.println("answered after a stopped leader's successor led, ms: " + waited);
            assertTrue(waited.stream().allMatch(millis -> millis < 1_500), waited.toString());
        } finally {
            drivers.forEach(LeaderClient::close);
            first.signal("CONT");
        }
    }

    @Test
    void aStandbyNamesZooKeeperWhileItIsAway() throws Exception {
        TestingProcess first = startHead("h1");
        awaitLeader(first, "h1", 1);
        TestingProcess second = startStandby("h2");

        processes.get("zookeeper").signal("KILL");
        first.signal("KILL");

        try (LeaderClient driver = driver(List.of(address(first), address(second)))) {
            Throwable failure = assertThrows(CompletionException.class, () -> askLeader(driver, Duration.ofSeconds(3))
                            .join())
                    .getCause();
            assertEquals(
                    ErrorCode.DEADLINE_EXCEEDED,
                    assertInstanceOf(OrreryException.class, failure).code());
            assertTrue(failure.getMessage().contains("127.0.0.1:" + zooKeeperPort), failure.getMessage());
        }
    }

    /** A head that knows who leads. */
    private TestingProcess startStandby(String head) throws Exception {
        TestingProcess process = startHead(head);
        RpcConnection standby = connect(process, PeerRole.DRIVER, "test");
        await().atMost(Duration.ofSeconds(10)).until(() -> leaderSeenBy(standby).isPresent());
        return process;
    }

    private LeaderClient driver(List<HostPort> heads) {
        RpcIdentity identity =
                new RpcIdentity("orrery", PeerRole.DRIVER, "driver", SecretFile.read(folder.resolve("secret")));
        return new LeaderClient(new RpcClient(transport, identity, RpcLimits.defaults(), RpcHandlers.none()), heads);
    }

    /** When it was answered. */
    private static CompletableFuture<Long> askLeader(LeaderClient driver) {
        return askLeader(driver, Duration.ofSeconds(30));
    }

    private static CompletableFuture<Long> askLeader(LeaderClient driver, Duration timeout) {
        return driver.call(Protocol.DESCRIBE_CLUSTER, DescribeClusterRequest.getDefaultInstance(), timeout)
                .thenApply(view -> System.nanoTime());
    }

    @Test
    void aLeaderThatIsToldToEndHandsOverAtOnce() throws Exception {
        TestingProcess first = startHead("h1");
        awaitLeader(first, "h1", 1);
        TestingProcess second = startStandby("h2");

        long told = System.nanoTime();
        first.signal("TERM");
        awaitLeader(second, "h2", 2);
        Duration failover = Duration.ofNanos(System.nanoTime() - told);

        System.out.println("failover after SIGTERM in " + failover.toMillis() + " ms");
        assertTrue(failover.compareTo(Duration.ofSeconds(1)) < 0, "took " + failover);
        assertEquals(128 + 15, first.awaitExit(Duration.ofSeconds(10)));
    }

    @Test
    void aHeadThatWasKilledLeadsAgainAfterItsRestart() throws Exception {
        TestingProcess first = startHead("h1");
        awaitLeader(first, "h1", 1);
        first.signal("KILL");
        first.awaitExit(Duration.ofSeconds(5));

        TestingProcess again = startHead("h1");

        awaitLeader(again, "h1", 2);
    }
}
