package dev.orrery.head.zookeeper;

import static dev.orrery.head.zookeeper.TestingRecords.createNode;
import static dev.orrery.head.zookeeper.TestingRecords.updateNode;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.store.RecordKey.NodeKey;
import dev.orrery.head.store.StoredState;
import dev.orrery.internal.time.NanoClock;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReadAheadTest {
    @TempDir
    private Path folder;

    private TestingZooKeeper zooKeeper;
    private TestingSession leading;
    private TestingSession standby;
    private ReadAhead readAhead;
    private ZooKeeperClusterStore store;

    @BeforeEach
    void start() {
        zooKeeper = new TestingZooKeeper();
        leading = new TestingSession(zooKeeper, "leading", folder);
        store = leading.takeOver();
        assertTrue(store.load().nodes().isEmpty());
        standby = new TestingSession(zooKeeper, "standby", folder);
        standby.verify();
        readAhead = new ReadAhead(standby.calls, standby.paths, NanoClock.SYSTEM, TestingSession.TIMEOUT, () -> true);
    }

    @AfterEach
    void close() {
        readAhead.close();
        standby.close();
        leading.close();
        zooKeeper.close();
    }

    private ZooKeeperClusterStore takeOver() {
        return standby.takeOver(TestingSession.TIMEOUT, readAhead.take());
    }

    private static Set<NodeKey> nodes(String... names) {
        return java.util.Arrays.stream(names).map(NodeKey::new).collect(java.util.stream.Collectors.toSet());
    }

    @Test
    void whatHasNotChangedIsNotReadAgain() {
        store.commit(List.of(createNode("n1", "a")));
        StoredState read = readAhead.read();
        assertSame(read, readAhead.read());
        ZooKeeperClusterStore next = takeOver();
        assertSame(read, next.load());
        assertEquals(
                1,
                next.commit(List.of(updateNode("n1", "SUSPECT", 0, "b")))
                        .versions()
                        .get(new NodeKey("n1")));
        StoredState later = next.load();
        assertNotSame(read, later, "what this leader commits is not in it");
        assertEquals("SUSPECT", later.nodes().get(new NodeKey("n1")).value().getState());
        assertEquals(Optional.empty(), readAhead.take(), "it has been taken");
    }

    @Test
    void aCommitSinceThenIsSeen() {
        store.commit(List.of(createNode("n1", "a")));
        readAhead.read();
        store.commit(List.of(createNode("n2", "b")));
        assertEquals(nodes("n1", "n2"), takeOver().load().nodes().keySet());
    }

    @Test
    void aCommitMeanwhileIsSeen() {
        store.commit(List.of(createNode("n1", "a")));
        // Which nodes there are is read by then, and most else is not.
        standby.lossy.beforeRead(3, () -> store.commit(List.of(createNode("n2", "b"))));
        assertEquals(nodes("n1"), readAhead.read().nodes().keySet());
        assertEquals(nodes("n1", "n2"), takeOver().load().nodes().keySet());
    }

    @Test
    void whereNothingWasCommittedEverythingIsRead() {
        StoredState read = readAhead.read();
        assertNotSame(read, readAhead.read());
        assertNotSame(read, takeOver().load());
    }

    @Test
    void aClusterOfAnEarlierVersionGetsTheMark() {
        store.commit(List.of(createNode("n1", "a")));
        standby.write(Op.delete(standby.paths.lastCommit(), -1));
        ZooKeeperClusterStore next = takeOver();
        assertEquals(nodes("n1"), next.load().nodes().keySet());
        next.commit(List.of(createNode("n2", "b")));
        assertTrue(standby.read(standby.paths.lastCommit()) instanceof OpResult.GetDataResult);
        assertEquals(nodes("n1", "n2"), next.load().nodes().keySet());
    }

    @Test
    void whoeverIsAskedReadsSoon() throws Exception {
        store.commit(List.of(createNode("n1", "a")));
        CompletableFuture<Void> asked = new CompletableFuture<>();
        try (ReadAhead asking =
                new ReadAhead(standby.calls, standby.paths, NanoClock.SYSTEM, TestingSession.TIMEOUT, () -> {
                    asked.complete(null);
                    return true;
                })) {
            asking.readSoon();
            asked.get(30, TimeUnit.SECONDS);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            Optional<ReadAhead.Kept> kept = asking.take();
            while (kept.isEmpty() && System.nanoTime() - end < 0) {
                Thread.onSpinWait();
                kept = asking.take();
            }
            assertEquals(nodes("n1"), kept.orElseThrow().state().nodes().keySet());
        }
    }
}
