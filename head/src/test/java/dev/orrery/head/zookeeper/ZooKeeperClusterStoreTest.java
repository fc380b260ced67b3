package dev.orrery.head.zookeeper;

import static dev.orrery.head.zookeeper.TestingRecords.createActor;
import static dev.orrery.head.zookeeper.TestingRecords.createName;
import static dev.orrery.head.zookeeper.TestingRecords.createNamespace;
import static dev.orrery.head.zookeeper.TestingRecords.createNode;
import static dev.orrery.head.zookeeper.TestingRecords.createPipeline;
import static dev.orrery.head.zookeeper.TestingRecords.createReplica;
import static dev.orrery.head.zookeeper.TestingRecords.createWorld;
import static dev.orrery.head.zookeeper.TestingRecords.updateNode;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.store.Change;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.head.store.RecordKey.ActorKey;
import dev.orrery.head.store.RecordKey.NameKey;
import dev.orrery.head.store.RecordKey.NamespaceKey;
import dev.orrery.head.store.RecordKey.NodeKey;
import dev.orrery.head.store.RecordKey.PipelineKey;
import dev.orrery.head.store.RecordKey.ReplicaKey;
import dev.orrery.head.store.RecordKey.WorldKey;
import dev.orrery.head.store.StoredState;
import dev.orrery.head.zookeeper.TestingCalls.Loss;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ZooKeeperClusterStoreTest {
    private static final NodeKey N1 = new NodeKey("n1");

    @TempDir
    private Path folder;

    private TestingZooKeeper zooKeeper;
    private TestingSession head;
    private ZooKeeperClusterStore store;

    @BeforeEach
    void start() {
        zooKeeper = new TestingZooKeeper();
        head = new TestingSession(zooKeeper, "h1", folder);
        store = head.takeOver();
    }

    @AfterEach
    void close() {
        head.close();
        zooKeeper.close();
    }

    /** Whoever calls has drivers and agents to answer; a commit in doubt costs no more than a load. */
    @Test
    void nothingWaitsForAConnectionForLong() {
        head.lossy.lose(Loss.ANSWER);
        head.lossy.beforeNext(head.lossy::disconnect);
        for (Executable call : List.<Executable>of(
                () -> store.commit(List.of(createNode("n1", "a"))), () -> store.prove(), () -> store.load())) {
            OrreryException failure = assertThrows(OrreryException.class, call);
            assertEquals(ErrorCode.STORE_UNAVAILABLE, failure.code());
        }
        assertEquals(List.of(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO), head.lossy.waited());
    }

    @Test
    void whatIsCommittedIsLoaded() {
        long world = 0xf000_0000_0000_0001L;
        Map<?, Integer> created = store.commit(List.of(
                        createReplica("embed", "encode-1", "a"),
                        createPipeline("embed", "a"),
                        createNode("n1", "a"),
                        createActor("1-1", "embed/encode-1", "a"),
                        createWorld(world, "a")))
                .versions();
        Map<?, Integer> updated =
                store.commit(List.of(updateNode("n1", "SUSPECT", 0, "b"))).versions();

        assertEquals(5, created.size());
        assertEquals(Set.of(0), Set.copyOf(created.values()));
        assertEquals(Map.of(N1, 1), updated);
        StoredState state = store.load();
        assertEquals("SUSPECT", state.nodes().get(N1).value().getState());
        assertEquals(1, state.nodes().get(N1).version());
        assertEquals(
                "embed/encode-1",
                state.actors().get(new ActorKey("1-1")).value().getLabel());
        assertEquals(Set.of(new PipelineKey("embed")), state.pipelines().keySet());
        assertEquals(
                Set.of(new ReplicaKey("embed", "encode-1")), state.replicas().keySet());
        assertEquals(Set.of(new WorldKey(world)), state.worlds().keySet());
    }

    @Test
    void moreThanOneCallReadsIsLoadedWhicheverAnswersAreLost() {
        int many = 1500;
        for (int from = 0; from < many; from += 500) {
            store.commit(IntStream.range(from, from + 500)
                    .mapToObj(i -> createActor("1-" + i, "label-" + i, "a"))
                    .toList());
        }
        head.lossy.loseReads(1, 8, 9, 12);

        StoredState state = store.load();

        assertEquals(many, state.actors().size());
        state.actors()
                .forEach((key, actor) -> assertEquals(key.actor(), actor.value().getActor()));
    }

    @Test
    void aPipelineGoesWithItsReplicasInAnyOrder() {
        store.commit(List.of(createPipeline("embed", "a"), createReplica("embed", "encode-1", "a")));

        store.commit(List.of(
                new Change.Delete(new PipelineKey("embed"), 0),
                new Change.Delete(new ReplicaKey("embed", "encode-1"), 0)));

        assertEquals(Map.of(), store.load().pipelines());
        assertEquals(Map.of(), store.load().replicas());
    }

    @Test
    void namesAreLoadedFromEveryNamespaceAndOneGoesWithItsNamesInAnyOrder() {
        store.commit(List.of(
                createName("team-b", "counter", "1-2", "a"),
                createName("default", "counter", "1-1", "a"),
                createNamespace("team-b", "a")));
        StoredState state = store.load();
        assertEquals(Set.of(new NamespaceKey("team-b")), state.namespaces().keySet());
        assertEquals(
                Set.of(new NameKey("default", "counter"), new NameKey("team-b", "counter")),
                state.names().keySet());
        assertEquals(
                "1-2",
                state.names().get(new NameKey("team-b", "counter")).value().getActor());

        store.commit(List.of(
                new Change.Delete(new NamespaceKey("team-b"), 0),
                new Change.Delete(new NameKey("team-b", "counter"), 0)));

        assertEquals(Map.of(), store.load().namespaces());
        assertEquals(
                Set.of(new NameKey("default", "counter")), store.load().names().keySet());
    }

    @Test
    void nothingIsMadeWhenOneRecordIsOfAnotherVersion() {
        store.commit(List.of(createNode("n1", "a"), createNode("n2", "a")));

        OrreryException refused = fails(
                ErrorCode.INTERNAL,
                () -> store.commit(List.of(
                        updateNode("n2", "DEAD", 0, "b"), updateNode("n1", "DEAD", 7, "b"), createNode("n3", "b"))));

        assertTrue(refused.getMessage().contains("node n1"), refused.getMessage());
        StoredState state = store.load();
        assertEquals(2, state.nodes().size());
        assertEquals("ALIVE", state.nodes().get(new NodeKey("n2")).value().getState());
    }

    @Test
    void anEarlierLeaderChangesNothingAnyMore() {
        store.commit(List.of(createNode("n1", "a")));
        try (TestingSession other = new TestingSession(zooKeeper, "h2", folder)) {
            ClusterStore newer = other.takeOver();

            assertEquals(store.epoch() + 1, newer.epoch());
            assertEquals(store.cluster(), newer.cluster());
            fails(
                    ErrorCode.FENCED,
                    () -> store.commit(List.of(updateNode("n1", "DEAD", 0, "b"), createNode("n2", "b"))));
            assertEquals(1, head.fencedCalls.get());
            fails(ErrorCode.FENCED, store::load);
            fails(ErrorCode.FENCED, () -> store.commit(List.of(createNode("n2", "c"))));

            assertEquals(Set.of(N1), newer.load().nodes().keySet());
            assertEquals("ALIVE", newer.load().nodes().get(N1).value().getState());
            newer.commit(List.of(updateNode("n1", "DRAINING", 0, "d")));
        }
    }

    @Test
    void anEarlierLeaderDoesNotLoad() {
        try (TestingSession other = new TestingSession(zooKeeper, "h2", folder)) {
            other.takeOver();

            fails(ErrorCode.FENCED, store::load);
        }
    }

    @Test
    void aCommitWhoseAnswerWasLostIsNotMadeTwice() {
        store.commit(List.of(createNode("n1", "a"), createNode("n2", "a")));
        head.lossy.lose(Loss.ANSWER);
        int before = head.lossy.writes();

        Map<?, Integer> versions = store.commit(List.of(
                        updateNode("n1", "DEAD", 0, "b"),
                        createNode("n3", "b"),
                        new Change.Delete(new NodeKey("n2"), 0)))
                .versions();

        assertEquals(Map.of(N1, 1, new NodeKey("n3"), 0), versions);
        assertEquals(before + 1, head.lossy.writes());
        assertEquals(1, store.load().nodes().get(N1).version());
    }

    @Test
    void aCommitThatNeverArrivedIsMadeOnce() {
        store.commit(List.of(createNode("n1", "a")));
        head.lossy.lose(Loss.REQUEST, Loss.REQUEST);

        Map<?, Integer> versions =
                store.commit(List.of(updateNode("n1", "DEAD", 0, "b"))).versions();

        assertEquals(Map.of(N1, 1), versions);
        assertEquals(1, store.load().nodes().get(N1).version());
    }

    @Test
    void aCommitThatArrivesLateIsMadeOnce() {
        store.commit(List.of(createNode("n1", "a")));
        head.lossy.lose(Loss.LATE_REQUEST);

        Map<?, Integer> versions = store.commit(List.of(updateNode("n1", "DEAD", 0, "b"), createNode("n2", "b")))
                .versions();

        assertEquals(Map.of(N1, 1, new NodeKey("n2"), 0), versions);
        assertEquals(1, store.load().nodes().get(N1).version());
    }

    @Test
    void deletionsWhoseAnswerWasLostAreMade() {
        store.commit(List.of(createNode("n1", "a")));
        head.lossy.lose(Loss.ANSWER);

        assertEquals(Map.of(), store.commit(List.of(new Change.Delete(N1, 0))).versions());
        assertEquals(Map.of(), store.load().nodes());
    }

    @Test
    void aRecordOfAnotherOperationAtTheExpectedVersionIsNotTakenForOnesOwn() {
        store.commit(List.of(createNode("n1", "a")));
        // What an operator's hand might do while the answer is out.
        head.write(Op.setData(
                head.paths.path(N1), TestingRecords.node("ALIVE", "operator").toByteArray(), -1));
        head.lossy.lose(Loss.REQUEST);

        fails(ErrorCode.INTERNAL, () -> store.commit(List.of(updateNode("n1", "DEAD", 0, "b"))));

        assertEquals("ALIVE", store.load().nodes().get(N1).value().getState());
    }

    @Test
    void aLostCommitAfterATakeOverIsFenced() {
        store.commit(List.of(createNode("n1", "a")));
        try (TestingSession other = new TestingSession(zooKeeper, "h2", folder)) {
            ClusterStore newer = other.takeOver();
            head.lossy.lose(Loss.REQUEST);

            fails(ErrorCode.FENCED, () -> store.commit(List.of(updateNode("n1", "DEAD", 0, "b"))));

            assertEquals("ALIVE", newer.load().nodes().get(N1).value().getState());
        }
    }

    @Test
    void aCommitWithoutAnyAnswerEndsAtItsDeadlineAndNamesZooKeeper() {
        ZooKeeperClusterStore hasty = head.takeOver(Duration.ofMillis(200));
        head.lossy.lose(Loss.SILENCE);

        OrreryException late = fails(ErrorCode.STORE_UNAVAILABLE, () -> hasty.commit(List.of(createNode("n1", "a"))));

        assertTrue(late.getMessage().contains(zooKeeper.address()), late.getMessage());
    }

    @Test
    void aCommitWaitsForAStoppedZooKeeperUntilItsDeadline() {
        ZooKeeperClusterStore hasty = head.takeOver(Duration.ofMillis(300));
        zooKeeper.stop();

        fails(ErrorCode.STORE_UNAVAILABLE, () -> hasty.commit(List.of(createNode("n1", "a"))));
        zooKeeper.restart();

        store = head.takeOver();
        assertEquals(Map.of(N1, 0), store.commit(List.of(createNode("n1", "b"))).versions());
    }

    @Test
    void whatIsTooLargeIsRefusedBeforeItIsSent() {
        int before = head.lossy.writes();
        String large = "x".repeat(ClusterStore.MAX_RECORD_BYTES);

        fails(ErrorCode.INVALID_ARGUMENT, () -> store.commit(List.of(createActor("1", large, "a"))));
        List<Change> many = IntStream.range(0, 9)
                .mapToObj(i -> createActor("a" + i, large.substring(0, 60_000), "a"))
                .toList();
        fails(ErrorCode.INVALID_ARGUMENT, () -> store.commit(many));

        assertEquals(before, head.lossy.writes());
        assertEquals(8, store.commit(many.subList(0, 8)).versions().size());
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        fails(
                ErrorCode.INVALID_ARGUMENT,
                () -> store.commit(List.of(createNode("n1", "a"), updateNode("n1", "DEAD", 0, "a"))));
        fails(ErrorCode.INVALID_ARGUMENT, () -> store.commit(List.of(createNode("n1", ""))));
        fails(ErrorCode.INVALID_ARGUMENT, () -> store.commit(List.of(createNode("a/b", "a"))));
        fails(
                ErrorCode.INVALID_ARGUMENT,
                () -> store.commit(List.of(new Change.Create(new ActorKey("1"), TestingRecords.node("ALIVE", "a")))));
    }

    @Test
    void loadsThousandsOfRecords() {
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) {
            changes.add(createActor("1-" + Integer.toHexString(i), "embed/encode-" + i, "a"));
            changes.add(createWorld((1L << 40) + i, "a"));
        }
        for (int from = 0; from < changes.size(); from += 1_000) {
            store.commit(changes.subList(from, from + 1_000));
        }

        long begin = System.nanoTime();
        StoredState state = store.load();

        System.out.println("loaded 5,000 records in " + Duration.ofNanos(System.nanoTime() - begin));
        assertEquals(2_500, state.actors().size());
        assertEquals(2_500, state.worlds().size());
        assertEquals(
                "embed/encode-255",
                state.actors().get(new ActorKey("1-ff")).value().getLabel());
        assertTrue(head.read(head.paths.path(new WorldKey((1L << 40) + 7))) instanceof OpResult.GetDataResult);
    }

    private static OrreryException fails(ErrorCode code, Executable call) {
        OrreryException failure = assertThrows(OrreryException.class, call);
        assertEquals(code, failure.code(), failure.getMessage());
        return failure;
    }
}
