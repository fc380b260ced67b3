package dev.orrery.head.zookeeper;

import static dev.orrery.head.zookeeper.TestingRecords.createCheckpoint;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.store.RecordKey.CheckpointKey;
import dev.orrery.head.zookeeper.TestingCalls.Loss;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that was begun by an earlier version, and a leader of this one. */
@Timeout(60)
class LaterParentsTest {
    @TempDir
    private Path folder;

    private TestingZooKeeper zooKeeper;
    private TestingSession head;

    @BeforeEach
    void beginAsAnEarlierVersion() {
        zooKeeper = new TestingZooKeeper();
        head = new TestingSession(zooKeeper, "h1", folder);
        head.verify();
        takeAway();
    }

    private void takeAway() {
        for (List<String> group : head.paths.laterParents()) {
            for (int i = group.size() - 1; i >= 0; i--) {
                head.write(Op.delete(group.get(i), -1));
            }
        }
    }

    @AfterEach
    void close() {
        head.close();
        zooKeeper.close();
    }

    private boolean isThere(String path) {
        return head.read(path) instanceof OpResult.GetDataResult;
    }

    private void assertComplete() {
        head.paths
                .recordParents()
                .forEach(path -> assertInstanceOf(OpResult.GetDataResult.class, head.read(path), path));
    }

    @Test
    void whatALeaderOfTheEarlierVersionLacksIsMadeWhenOneLoads() {
        ZooKeeperClusterStore store = head.takeOver();
        assertFalse(isThere(head.paths.laterParents().get(0).get(0)));
        assertEquals(Set.of(), store.load().checkpoints().keySet());
        assertComplete();
        store.commit(List.of(createCheckpoint("1-1", 7, "a")));
        assertEquals(
                Set.of(new CheckpointKey("1-1")), store.load().checkpoints().keySet());
        assertEquals(
                Set.of(new CheckpointKey("1-1")),
                head.takeOver().load().checkpoints().keySet());
    }

    @Test
    void itIsMadeOnceWhicheverAnswerIsLost() {
        head.takeOver().load();
        for (Loss loss : List.of(Loss.ANSWER, Loss.REQUEST)) {
            takeAway();
            ZooKeeperClusterStore store = head.takeOver();
            head.lossy.lose(loss);
            store.load();
            assertComplete();
        }
    }

    @Test
    void aHeadThatLeadsNoMoreMakesNothing() {
        ZooKeeperClusterStore earlier = head.takeOver();
        try (TestingSession other = new TestingSession(zooKeeper, "h2", folder)) {
            other.takeOver();
            assertEquals(
                    ErrorCode.FENCED,
                    assertThrows(OrreryException.class, earlier::load).code());
            assertFalse(isThere(head.paths.laterParents().get(0).get(0)));
        }
    }

    @Test
    void whoOnlyReadsFindsNone() {
        StateLoader loader = new StateLoader(head.calls, head.paths, head.deadline());
        assertEquals(Set.of(), loader.load().checkpoints().keySet());
        assertFalse(isThere(head.paths.laterParents().get(0).get(0)));
    }
}
