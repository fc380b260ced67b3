package dev.orrery.head.zookeeper;

import static dev.orrery.head.zookeeper.TestingRecords.createNode;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.store.ClusterIdFile;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.head.store.LeaderAddress;
import dev.orrery.head.store.RecordKey;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.time.NanoClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ZooKeeperLeadershipTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(500);

    @TempDir
    private Path folder;

    private final TestingZooKeeper zooKeeper = new TestingZooKeeper();
    private final List<ZooKeeperLeadership> heads = new ArrayList<>();

    @AfterEach
    void close() {
        heads.forEach(ZooKeeperLeadership::close);
        zooKeeper.close();
    }

    private ZooKeeperLeadership head(String name, Duration sessionTimeout) {
        ZooKeeperLeadership head = new ZooKeeperLeadership(
                zooKeeper.settings(sessionTimeout), "test", self(name), folder.resolve(name), NanoClock.SYSTEM);
        heads.add(head);
        return head;
    }

    private static HeadSelf self(String name) {
        return new HeadSelf(name, new HostPort(name + ".example", 6400));
    }

    @Test
    void theFirstLeadsAndTheNextFollowsItsCleanEnd() throws Exception {
        TestingElection first = new TestingElection();
        TestingElection second = new TestingElection();
        ZooKeeperLeadership one = head("h1", LONG);
        ZooKeeperLeadership two = head("h2", LONG);

        one.start(first);
        ClusterStore old = first.awaitElected();
        two.start(second);
        assertEquals(1, old.epoch());
        assertEquals(Optional.of(new LeaderAddress("h1", self("h1").address(), 1)), one.currentLeader());
        assertEquals(one.currentLeader(), two.currentLeader());
        assertTrue(second.toldNothing());

        long begin = System.nanoTime();
        one.close();
        ClusterStore next = second.awaitElected();

        System.out.println("clean failover in " + Duration.ofNanos(System.nanoTime() - begin));
        first.await("lost");
        assertEquals(2, next.epoch());
        assertEquals("h2", two.currentLeader().orElseThrow().head());
        assertEquals(
                ErrorCode.FENCED,
                assertThrows(OrreryException.class, () -> old.commit(List.of(createNode("n1", "a"))))
                        .code());
        next.commit(List.of(createNode("n1", "b")));
    }

    @Test
    void whoeverFollowsRehearsesTheTakeOver() throws Exception {
        TestingElection leading = new TestingElection();
        TestingElection following = new TestingElection();
        head("h1", LONG).start(leading);
        leading.awaitElected().commit(List.of(createNode("n1", "a")));
        head("h2", LONG).start(following);

        assertEquals(
                Set.of(new RecordKey.NodeKey("n1")),
                following.awaitRehearsed().nodes().keySet());
        assertFalse(leading.hasRehearsed());
    }

    @Test
    void ofHeadsThatStartAtOnceOneLeads() throws Exception {
        List<TestingElection> elections = new ArrayList<>();
        List<CompletableFuture<Void>> starts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ZooKeeperLeadership head = head("h" + i, LONG);
            TestingElection election = new TestingElection();
            elections.add(election);
            starts.add(CompletableFuture.runAsync(() -> head.start(election)));
        }
        starts.forEach(CompletableFuture::join);

        await().atMost(Duration.ofSeconds(20)).until(() -> elections.stream().anyMatch(e -> !e.toldNothing()));
        String leader = heads.get(0).currentLeader().map(LeaderAddress::head).orElse("");

        for (int i = 0; i < 4; i++) {
            assertEquals(!leader.equals("h" + i), elections.get(i).toldNothing(), "h" + i + ", leader " + leader);
        }
        elections.get(Integer.parseInt(leader.substring(1))).awaitElected().load();
    }

    @Test
    void takeOversAtOnceGetEpochsOfTheirOwn() {
        try (TestingSession a = new TestingSession(zooKeeper, "a", folder);
                TestingSession b = new TestingSession(zooKeeper, "b", folder)) {
            a.verify();
            List<CompletableFuture<Long>> epochs = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                TestingSession session = i % 2 == 0 ? a : b;
                String latch = session.newLatch();
                epochs.add(CompletableFuture.supplyAsync(() -> new Epochs(session.calls, session.paths)
                        .raise("c", self("h"), latch, session.deadline())
                        .map(ZooKeeperClusterStore.Term::epoch)
                        .orElse(0L)));
            }
            List<Long> raised = epochs.stream()
                    .map(CompletableFuture::join)
                    .filter(epoch -> epoch != 0)
                    .toList();

            assertFalse(raised.isEmpty());
            assertEquals(raised.size(), raised.stream().distinct().count());
            assertEquals(
                    raised.size(),
                    new Epochs(a.calls, a.paths).read(a.deadline()).epoch().getEpoch());
        }
    }

    @Test
    void whoseLatchIsGoneDoesNotTakeOver() {
        try (TestingSession session = new TestingSession(zooKeeper, "a", folder)) {
            session.verify();
            String latch = session.newLatch();
            session.write(Op.delete(latch, -1));
            Epochs epochs = new Epochs(session.calls, session.paths);

            assertEquals(Optional.empty(), epochs.raise("c", self("h"), latch, session.deadline()));

            assertEquals(0, epochs.read(session.deadline()).epoch().getEpoch());
        }
    }

    @Test
    void aLostAnswerOfATakeOverCostsAnEpochOnly() {
        try (TestingSession session = new TestingSession(zooKeeper, "a", folder)) {
            session.verify();
            String latch = session.newLatch();
            session.lossy.lose(TestingCalls.Loss.ANSWER);
            Epochs epochs = new Epochs(session.calls, session.paths);

            long epoch = epochs.raise("c", self("h"), latch, session.deadline())
                    .orElseThrow()
                    .epoch();

            assertEquals(2, epoch);
            assertEquals(2, epochs.read(session.deadline()).epoch().getEpoch());
        }
    }

    @Test
    void anotherEpochEndsAnIdleLeadership() throws Exception {
        TestingElection election = new TestingElection();
        head("h1", LONG).start(election);
        ClusterStore old = election.awaitElected();

        try (TestingSession other = new TestingSession(zooKeeper, "h2", folder)) {
            other.takeOver();

            election.await("lost");
            // It stands again; the other one has no place in the real queue.
            assertEquals(old.epoch() + 2, election.awaitElected().epoch());
        }
    }

    @Test
    void aRestartOfZooKeeperWithinTheSessionOnlySuspendsWrites() throws Exception {
        TestingElection election = new TestingElection();
        ZooKeeperLeadership head = head("h1", LONG);
        head.start(election);
        ClusterStore store = election.awaitElected();

        zooKeeper.stop();
        election.await("suspended");
        assertEquals(Optional.of(away()), head.trouble());
        assertEquals("h1", head.currentLeader().orElseThrow().head());
        assertEquals(
                ErrorCode.STORE_UNAVAILABLE,
                assertThrows(OrreryException.class, () -> store.commit(List.of(createNode("n1", "a"))))
                        .code());
        zooKeeper.restart();

        election.await("resumed");
        store.commit(List.of(createNode("n1", "a")));
        assertEquals(Optional.empty(), head.trouble());
        assertTrue(election.toldNothing());
        assertEquals(1, store.load().nodes().size());
    }

    private String away() {
        return "ZooKeeper at " + zooKeeper.address() + " cannot be reached";
    }

    @Test
    void aStandbyTellsThatZooKeeperIsAwayAlsoWhenItsSessionIsOver() throws Exception {
        TestingElection first = new TestingElection();
        ZooKeeperLeadership one = head("h1", SHORT);
        one.start(first);
        first.awaitElected();
        ZooKeeperLeadership two = head("h2", SHORT);
        two.start(new TestingElection());
        assertEquals(Optional.empty(), two.trouble());

        zooKeeper.stop();
        first.await("suspended");
        first.await("lost");
        await().atMost(LONG).untilAsserted(() -> assertEquals(Optional.of(away()), two.trouble()));
        assertEquals("h1", two.currentLeader().orElseThrow().head());
        assertEquals(Optional.of(away()), one.trouble());
        zooKeeper.restart();

        await().atMost(LONG).untilAsserted(() -> assertEquals(Optional.empty(), two.trouble()));
    }

    @Test
    void theEndOfTheSessionEndsLeadershipUntilTheNextElection() throws Exception {
        TestingElection election = new TestingElection();
        head("h1", SHORT).start(election);
        ClusterStore old = election.awaitElected();

        zooKeeper.stop();
        election.await("suspended");
        election.await("lost");
        assertEquals(
                "the session with ZooKeeper at " + zooKeeper.address() + " has expired",
                election.lostBecause(),
                "whoever hears of the end first");
        assertEquals(
                ErrorCode.FENCED,
                assertThrows(OrreryException.class, () -> old.commit(List.of(createNode("n1", "a"))))
                        .code());
        zooKeeper.restart();

        assertEquals(2, election.awaitElected().epoch());
    }

    @Test
    void aWipedStoreIsNeverBegunAnewByAHeadThatKnewIt() throws Exception {
        TestingElection election = new TestingElection();
        head("h1", SHORT).start(election);
        election.awaitElected();
        zooKeeper.stop();
        election.await("suspended");
        election.await("lost");

        zooKeeper.wipe();

        try (TestingSession operator = new TestingSession(zooKeeper, "operator", folder)) {
            OrreryException lost = assertThrows(
                    OrreryException.class, () -> head("h1b", LONG, "h1").start(election));
            assertEquals(ErrorCode.STORE_LOST, lost.code());
            assertInstanceOf(OpResult.ErrorResult.class, operator.read("/orrery"));
        }
        assertTrue(election.toldNothing());
    }

    @Test
    void aWipedStoreIsToldFromOneThatIsAway() throws Exception {
        StorePaths paths = new StorePaths("test");
        ClusterIdFile file = new ClusterIdFile(folder.resolve("h1"));
        TestingElection election = new TestingElection();
        head("h1", LONG).start(election);
        election.awaitElected();
        StoreProbe probe = new StoreProbe(zooKeeper.settings(LONG), paths, file, NanoClock.SYSTEM);
        assertEquals(Optional.empty(), probe.lost());

        zooKeeper.stop();
        assertEquals(Optional.empty(), probe.lost());
        zooKeeper.wipe();

        assertEquals(ErrorCode.STORE_LOST, probe.lost().orElseThrow().code());
    }

    private ZooKeeperLeadership head(String name, Duration sessionTimeout, String dataDir) {
        ZooKeeperLeadership head = new ZooKeeperLeadership(
                zooKeeper.settings(sessionTimeout), "test", self(name), folder.resolve(dataDir), NanoClock.SYSTEM);
        heads.add(head);
        return head;
    }

    @Test
    void anotherClusterIsRefused() throws Exception {
        TestingElection election = new TestingElection();
        head("h1", LONG).start(election);
        String here = election.awaitElected().cluster();
        assertEquals(Optional.of(here), new ClusterIdFile(folder.resolve("h1")).read());
        String elsewhere = UUID.randomUUID().toString();
        new ClusterIdFile(folder.resolve("h2")).write(elsewhere);

        OrreryException lost =
                assertThrows(OrreryException.class, () -> head("h2", LONG).start(new TestingElection()));

        assertEquals(ErrorCode.STORE_LOST, lost.code());
        assertTrue(lost.getMessage().contains(here) && lost.getMessage().contains(elsewhere), lost.getMessage());
    }

    @Test
    void recordsWithoutAnIdentityAreLeftAlone() {
        try (TestingSession operator = new TestingSession(zooKeeper, "operator", folder)) {
            operator.verify();
            operator.write(Op.delete(operator.paths.meta(), -1));

            OrreryException lost =
                    assertThrows(OrreryException.class, () -> head("h1", LONG).start(new TestingElection()));

            assertEquals(ErrorCode.STORE_LOST, lost.code());
        }
    }

    @Test
    void anUnreachableZooKeeperIsNamed() {
        String address = zooKeeper.address();
        zooKeeper.stop();
        ZooKeeperLeadership head = new ZooKeeperLeadership(
                new ZooKeeperSettings(address, LONG, Duration.ofMillis(500), Duration.ofSeconds(10)),
                "test",
                self("h1"),
                folder,
                NanoClock.SYSTEM);

        OrreryException unreachable = assertThrows(OrreryException.class, () -> head.start(new TestingElection()));

        assertEquals(ErrorCode.STORE_UNAVAILABLE, unreachable.code());
        assertTrue(unreachable.getMessage().contains(address), unreachable.getMessage());
    }

    @Test
    void aNameThatIsTakenIsRefused() throws Exception {
        TestingElection election = new TestingElection();
        head("h1", LONG).start(election);
        election.awaitElected();

        OrreryException taken = assertThrows(
                OrreryException.class, () -> head("h1", SHORT, "elsewhere").start(new TestingElection()));

        assertEquals(ErrorCode.INVALID_CONFIG, taken.code());
        assertTrue(taken.getMessage().contains("h1.example:6400"), taken.getMessage());
    }

    @Test
    void nothingOfAClosedHeadGoesOn() throws Exception {
        TestingElection election = new TestingElection();
        ZooKeeperLeadership head = head("h1", LONG);
        head.start(election);
        election.awaitElected();
        assertFalse(clientThreads().isEmpty());

        head.close();
        head.close();

        // Netty's threads take two quiet seconds to end.
        await().atMost(Duration.ofSeconds(15)).until(() -> clientThreads().isEmpty());
    }

    private static List<String> clientThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("orrery-head")
                        || name.startsWith("zkNetty")
                        || name.contains("-SendThread")
                        || name.contains("-EventThread")
                        || name.contains("Curator")
                        || name.contains("LeaderLatch"))
                .toList();
    }
}
