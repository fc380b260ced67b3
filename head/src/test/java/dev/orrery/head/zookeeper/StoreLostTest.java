package dev.orrery.head.zookeeper;

import static dev.orrery.head.zookeeper.TestingRecords.createActor;
import static dev.orrery.head.zookeeper.TestingRecords.createCheckpoint;
import static dev.orrery.head.zookeeper.TestingRecords.createName;
import static dev.orrery.head.zookeeper.TestingRecords.createNamespace;
import static dev.orrery.head.zookeeper.TestingRecords.createNode;
import static dev.orrery.head.zookeeper.TestingRecords.createPipeline;
import static dev.orrery.head.zookeeper.TestingRecords.createReplica;
import static dev.orrery.head.zookeeper.TestingRecords.createWorld;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.store.Change;
import dev.orrery.head.store.ClusterIdFile;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.head.store.StoredState;
import dev.orrery.head.zookeeper.TestingCalls.Loss;
import dev.orrery.head.zookeeper.ZooKeeperClusterStore.Term;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.time.NanoClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** ZooKeeper forgets the cluster. */
@Timeout(60)
class StoreLostTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(500);
    private static final HeadSelf SELF = new HeadSelf("h1", new HostPort("h1.example", 6400));
    private static final Change[] RECORDS = {
        createReplica("p", "r-1", "a"),
        createNode("n1", "a"),
        createName("default", "label", "1-1", "a"),
        createName("team-b", "label", "1-1", "a"),
        createNamespace("team-b", "a"),
        createActor("1-1", "label", "a"),
        createCheckpoint("1-1", 7, "a"),
        createPipeline("p", "a"),
        createWorld(7, "a")
    };

    @TempDir
    private Path folder;

    private final TestingZooKeeper zooKeeper = new TestingZooKeeper();
    private final List<ZooKeeperLeadership> heads = new ArrayList<>();

    @AfterEach
    void close() {
        heads.forEach(ZooKeeperLeadership::close);
        zooKeeper.close();
    }

    private TestingElection head(String name, Duration sessionTimeout) {
        TestingElection election = new TestingElection();
        ZooKeeperLeadership head = new ZooKeeperLeadership(
                zooKeeper.settings(sessionTimeout),
                "test",
                new HeadSelf(name, new HostPort(name + ".example", 6400)),
                folder.resolve(name),
                NanoClock.SYSTEM);
        heads.add(head);
        head.start(election);
        return election;
    }

    private TestingSession operator() {
        return new TestingSession(zooKeeper, "operator", folder);
    }

    /** At once: a head that sees some of it gone writes all back. */
    private static void deleteAll(TestingSession operator, String path) {
        List<Op> deletions = new ArrayList<>();
        collect(operator, path, deletions);
        operator.write(deletions.toArray(Op[]::new));
    }

    private static void collect(TestingSession operator, String path, List<Op> deletions) {
        OpResult result = operator.calls
                .read(List.of(Op.getChildren(path)), operator.deadline(), "list for a test")
                .get(0);
        if (result instanceof OpResult.GetChildrenResult found) {
            found.getChildren().forEach(child -> collect(operator, path + "/" + child, deletions));
        }
        deletions.add(Op.delete(path, -1));
    }

    private static void assertComplete(StoredState state) {
        assertEquals(1, state.nodes().size());
        assertEquals(1, state.namespaces().size());
        assertEquals(2, state.names().size());
        assertEquals(1, state.actors().size());
        assertEquals(1, state.checkpoints().size());
        assertEquals(1, state.pipelines().size());
        assertEquals(1, state.replicas().size());
        assertEquals(1, state.worlds().size());
    }

    @Test
    void aLeaderWritesBackASubtreeThatWasDeleted() throws Exception {
        TestingElection election = head("h1", LONG).remembers(RECORDS);
        ClusterStore old = election.awaitElected();

        try (TestingSession operator = operator()) {
            deleteAll(operator, "/orrery");
        }
        election.await("lost");
        ClusterStore again = election.awaitElected();

        assertEquals(old.cluster(), again.cluster());
        assertTrue(again.epoch() > old.epoch() + StoreWriteBack.SKIPPED, "epoch " + again.epoch());
        assertComplete(again.load());
        assertEquals(
                ErrorCode.FENCED,
                assertThrows(OrreryException.class, () -> old.commit(List.of(createNode("n2", "b"))))
                        .code());
        again.commit(List.of(createNode("n2", "c")));
    }

    @Test
    void aLeaderWritesBackIntoAnEmptyServer() throws Exception {
        TestingElection election = head("h1", SHORT).remembers(RECORDS);
        ClusterStore old = election.awaitElected();
        zooKeeper.stop();
        election.await("suspended");

        zooKeeper.wipe();
        election.await("lost");
        ClusterStore again = election.awaitElected();

        assertEquals(old.cluster(), again.cluster());
        assertTrue(again.epoch() > old.epoch() + StoreWriteBack.SKIPPED, "epoch " + again.epoch());
        assertComplete(again.load());
    }

    @Test
    void aStandbyWritesNothing() throws Exception {
        TestingElection leading = head("h1", SHORT);
        leading.awaitElected();
        TestingElection standby = head("h2", SHORT).remembers(RECORDS);
        heads.get(0).close();
        leading.await("lost");
        standby.awaitElected();
        TestingElection other = head("h3", SHORT).remembers(RECORDS);
        heads.get(1).close();
        standby.await("lost");
        other.awaitElected();

        // The last one leads; it knows nothing, and the first two are gone or know that they are not the last.
        zooKeeper.stop();
        other.await("suspended");
        heads.get(2).close();
        zooKeeper.wipe();
        ZooKeeperLeadership returned = new ZooKeeperLeadership(
                zooKeeper.settings(SHORT), "test", SELF, folder.resolve("h1"), NanoClock.SYSTEM);
        heads.add(returned);
        OrreryException lost =
                assertThrows(OrreryException.class, () -> returned.start(new TestingElection().remembers(RECORDS)));

        assertEquals(ErrorCode.STORE_LOST, lost.code());
        assertTrue(lost.getMessage().contains("orrery recover"), lost.getMessage());
        try (TestingSession operator = operator()) {
            assertInstanceOf(OpResult.ErrorResult.class, operator.read("/orrery"));
        }
    }

    @Test
    void aLeaderThatMayNotWritesNothing() throws Exception {
        TestingElection election = head("h1", LONG);
        election.awaitElected();

        try (TestingSession operator = operator()) {
            deleteAll(operator, "/orrery");
            // Longer than it takes to notice.
            await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(5)).until(election::toldNothing);
            assertInstanceOf(OpResult.ErrorResult.class, operator.read(operator.paths.meta()));
        }
    }

    @Test
    void anotherClustersDataIsLeftAlone() throws Exception {
        TestingElection election = head("h1", SHORT).remembers(RECORDS);
        election.awaitElected();
        zooKeeper.stop();
        election.await("suspended");
        zooKeeper.wipe();
        String other;
        try (TestingSession operator = operator()) {
            other = operator.verify();
        }
        election.await("lost");
        await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(5)).until(election::toldNothing);
        try (TestingSession operator = operator()) {
            assertEquals(other, operator.verify());
        }
    }

    private static List<Change.Create> records() {
        return Stream.of(RECORDS).map(Change.Create.class::cast).toList();
    }

    private static void writeBack(TestingSession session) {
        new StoreWriteBack(session.calls, session.paths)
                .write(new Term("11111111-2222-3333-4444-555555555555", 5, 9), SELF, records(), session.deadline());
    }

    private boolean isWhole() {
        try (TestingSession session = operator()) {
            return session.read(session.paths.meta()) instanceof OpResult.GetDataResult;
        }
    }

    // The leader ends at any write, made or not: nobody takes what is there for the cluster.
    @Test
    void whoeverEndsAtAnyWriteLeavesNothingThatPassesForACluster() {
        int writes;
        try (TestingSession whole = new TestingSession(zooKeeper, "whole", folder)) {
            writeBack(whole);
            writes = whole.lossy.writes();
        }
        for (int write = 1; write <= writes; write++) {
            for (Loss loss : List.of(Loss.REQUEST, Loss.ANSWER)) {
                endsAt(write, loss);
            }
        }
    }

    private void endsAt(int write, Loss loss) {
        String when = "write " + write + " lost as " + loss;
        try (TestingSession operator = operator()) {
            deleteAll(operator, "/orrery");
        }
        boolean ended = false;
        try (TestingSession first = new TestingSession(zooKeeper, "first", folder)) {
            first.lossy.loseAt(write, loss);
            writeBack(first);
        } catch (OrreryException e) {
            assertEquals(ErrorCode.STORE_UNAVAILABLE, e.code(), when);
            ended = true;
        }
        if (ended && !isWhole()) {
            new ClusterIdFile(folder.resolve("member")).write("11111111-2222-3333-4444-555555555555");
            try (TestingSession member = new TestingSession(zooKeeper, "member", folder)) {
                OrreryException lost = assertThrows(OrreryException.class, member::verify, when);
                assertEquals(ErrorCode.STORE_LOST, lost.code(), when);
            }
        }
        if (!isWhole()) {
            try (TestingSession second = new TestingSession(zooKeeper, "second", folder)) {
                writeBack(second);
            }
        }
        try (TestingSession reader = new TestingSession(zooKeeper, "member", folder)) {
            new ClusterIdFile(folder.resolve("member")).write("11111111-2222-3333-4444-555555555555");
            ZooKeeperClusterStore store = reader.takeOver();
            assertEquals(5 + StoreWriteBack.SKIPPED + 1, store.epoch(), when);
            assertTrue(store.epochVersion() > 9 + StoreWriteBack.SKIPPED, when);
            assertComplete(store.load());
        }
    }

    @Test
    void whatAnotherBroughtMeanwhileIsNotTouched() {
        try (TestingSession other = new TestingSession(zooKeeper, "other", folder);
                TestingSession late = new TestingSession(zooKeeper, "late", folder)) {
            String cluster = other.verify();
            other.takeOver().commit(List.of(createNode("theirs", "a")));

            OrreryException refused = assertThrows(OrreryException.class, () -> writeBack(late));

            assertEquals(ErrorCode.STORE_LOST, refused.code());
            assertEquals(cluster, other.verify());
            assertEquals(1, other.takeOver().load().nodes().size());
        }
    }

    @Test
    void onlyOneWritesBackAtATime() {
        try (TestingSession one = new TestingSession(zooKeeper, "one", folder);
                TestingSession other = new TestingSession(zooKeeper, "two", folder)) {
            writeBack(one);
            one.write(Op.delete(one.paths.meta(), -1));

            OrreryException refused = assertThrows(OrreryException.class, () -> writeBack(other));

            assertEquals(ErrorCode.STORE_UNAVAILABLE, refused.code());
        }
    }

    private StoreRecovery recovery(String head) {
        return new StoreRecovery(zooKeeper.settings(LONG), "test", folder.resolve(head));
    }

    @Test
    void anOperatorLetsAHeadBeginAnewWhereTheStoreIsLost() throws Exception {
        TestingElection election = head("h1", LONG);
        String lost = election.awaitElected().cluster();
        heads.get(0).close();
        OrreryException nothing =
                assertThrows(OrreryException.class, () -> recovery("h1").consequence());
        assertEquals(ErrorCode.INVALID_ARGUMENT, nothing.code());
        try (TestingSession operator = operator()) {
            operator.write(Op.delete(operator.paths.meta(), -1));
        }

        String consequence = recovery("h1").consequence();
        assertTrue(consequence.contains("forgets cluster " + lost), consequence);
        assertTrue(consequence.contains("begins an empty cluster at /orrery/test"), consequence);
        recovery("h1").beginAnew();

        ClusterStore anew = head("h1", LONG).awaitElected();
        assertNotEquals(lost, anew.cluster());
        assertTrue(anew.load().nodes().isEmpty());
    }

    @Test
    void anOperatorLetsAHeadJoinTheClusterThatIsThere() throws Exception {
        String here;
        try (TestingSession operator = operator()) {
            here = operator.verify();
        }
        new ClusterIdFile(folder.resolve("h1")).write("11111111-2222-3333-4444-555555555555");
        assertTrue(recovery("h1").consequence().contains("joins cluster " + here));
        recovery("h1").beginAnew();
        assertEquals(here, head("h1", LONG).awaitElected().cluster());
    }
}
