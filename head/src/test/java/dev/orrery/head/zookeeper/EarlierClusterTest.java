package dev.orrery.head.zookeeper;

import static dev.orrery.head.zookeeper.TestingRecords.createPlacementGroup;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.store.RecordKey.PlacementGroupKey;
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

/** A cluster that was begun before there were placement groups lacks their parent; the leader that loads it adds that. */
@Timeout(60)
class EarlierClusterTest {
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
        head.write(Op.delete(head.paths.placementGroups(), -1));
    }

    @AfterEach
    void close() {
        head.close();
        zooKeeper.close();
    }

    private void holdsGroups() {
        store.commit(List.of(createPlacementGroup("7-1", "a")));
        assertEquals(
                Set.of(new PlacementGroupKey("7-1")),
                store.load().placementGroups().keySet());
    }

    @Test
    void whatItLacksIsThereOnceALeaderHasLoaded() {
        assertEquals(0, store.load().placementGroups().size());
        holdsGroups();
    }

    @Test
    void whoseAnswerWasLostTriesAgain() {
        for (Loss loss : List.of(Loss.REQUEST, Loss.ANSWER)) {
            head.lossy.lose(loss);
            assertEquals(0, store.load().placementGroups().size());
            head.write(Op.delete(head.paths.placementGroups(), -1));
        }
        assertEquals(0, store.load().placementGroups().size());
        holdsGroups();
    }

    @Test
    void aLeaderWhoseTimeIsOverAddsNothing() {
        try (TestingSession other = new TestingSession(zooKeeper, "h2", folder)) {
            head.lossy.beforeNext(other::takeOver);
            OrreryException over = assertThrows(OrreryException.class, store::load);
            assertEquals(ErrorCode.FENCED, over.code());
            assertInstanceOf(OpResult.ErrorResult.class, other.read(head.paths.placementGroups()));
        }
    }

    @Test
    void whoOnlyReadsItFindsNone() {
        assertEquals(
                0,
                new StateLoader(head.calls, head.paths, head.deadline())
                        .load()
                        .placementGroups()
                        .size());
        assertInstanceOf(OpResult.ErrorResult.class, head.read(head.paths.placementGroups()));
    }
}
