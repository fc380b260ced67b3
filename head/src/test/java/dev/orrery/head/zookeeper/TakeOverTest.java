package dev.orrery.head.zookeeper;

import static dev.orrery.head.zookeeper.TestingRecords.createNode;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.zookeeper.TestingCalls.Loss;
import dev.orrery.internal.rpc.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.zookeeper.Op;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What can happen between winning the latch and the first write. */
@Timeout(60)
class TakeOverTest {
    private static final HeadSelf SELF = new HeadSelf("h", new HostPort("h.example", 6400));
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    private final TestingZooKeeper zooKeeper = new TestingZooKeeper();

    @AfterEach
    void close() {
        zooKeeper.close();
    }

    private TestingSession session(String name) {
        return new TestingSession(zooKeeper, name, folder);
    }

    private static Optional<ZooKeeperClusterStore.Term> raise(TestingSession session, String latch) {
        return new Epochs(session.calls, session.paths).raise(session.verify(), SELF, latch, session.deadline());
    }

    // It has read the epoch, and its raise is sent only after another head led.
    @Test
    void oneThatIsStoppedBeforeItRaisesTheEpochWakesToNothing() {
        try (TestingSession stopped = session("stopped");
                TestingSession other = session("other")) {
            stopped.verify();
            String latch = stopped.newLatch();
            stopped.lossy.beforeNext(other::takeOver);

            assertEquals(Optional.empty(), raise(stopped, latch));

            assertEquals(
                    1,
                    new Epochs(other.calls, other.paths)
                            .read(other.deadline())
                            .epoch()
                            .getEpoch());
        }
    }

    // As before, and its session has ended meanwhile, its place in the queue with it.
    @Test
    void oneWhoseLatchWentWhileItWasStoppedWakesToNothing() {
        try (TestingSession stopped = session("stopped")) {
            stopped.verify();
            String latch = stopped.newLatch();
            stopped.lossy.beforeNext(() -> stopped.write(Op.delete(latch, -1)));

            assertEquals(Optional.empty(), raise(stopped, latch));

            assertEquals(
                    0,
                    new Epochs(stopped.calls, stopped.paths)
                            .read(stopped.deadline())
                            .epoch()
                            .getEpoch());
        }
    }

    @Test
    void ofTwoLeadersOnlyTheLaterWritesWhateverTheyBelieve() {
        try (TestingSession a = session("a");
                TestingSession b = session("b")) {
            ZooKeeperClusterStore earlier = a.takeOver();
            ZooKeeperClusterStore later = b.takeOver();

            later.commit(List.of(createNode("n1", "b-1")));
            OrreryException fenced =
                    assertThrows(OrreryException.class, () -> earlier.commit(List.of(createNode("n2", "a-1"))));

            assertEquals(ErrorCode.FENCED, fenced.code());
            assertEquals(1, later.load().nodes().size());
        }
    }

    @Test
    void aClusterWhoseBeginningWasNotAnsweredIsBegunOnce() {
        try (TestingSession first = session("first");
                TestingSession next = session("next")) {
            // Parents first, one write each; then all else at once.
            int parents =
                    first.paths.chroot().size() + first.paths.headParents().size();
            first.lossy.loseAt(parents + 1, Loss.ANSWER);

            String begun = first.verify();

            assertEquals(begun, next.verify());
            assertEquals(begun, first.verify());
        }
    }

    @Test
    void aSignOfLifeWhoseCreationWasNotAnsweredIsOnesOwn() {
        try (TestingSession own = session("own")) {
            own.verify();
            own.lossy.lose(Loss.ANSWER);

            new LiveHead(own.calls, own.paths, SELF).register(own.id(), PATIENCE, PATIENCE);
        }
    }
}
