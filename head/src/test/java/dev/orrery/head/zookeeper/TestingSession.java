package dev.orrery.head.zookeeper;

import dev.orrery.head.store.ClusterIdFile;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.time.NanoClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.ZooDefs;

/** A session of a head that takes over whenever a test says so. */
public final class TestingSession implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final AtomicInteger LATCHES = new AtomicInteger();

    private final ZooKeeperSession session;
    private final String name;
    final TestingCalls lossy;
    final StorePaths paths = new StorePaths("test");
    final BlockingCalls calls;
    final AtomicInteger fencedCalls = new AtomicInteger();
    private final ClusterIdFile idFile;

    public TestingSession(TestingZooKeeper zooKeeper, String name, Path dataDir) {
        this.name = name;
        this.session = new ZooKeeperSession(zooKeeper.settings(Duration.ofSeconds(10)));
        this.lossy = new TestingCalls(session);
        this.calls = new BlockingCalls(lossy, NanoClock.SYSTEM);
        this.idFile = new ClusterIdFile(dataDir.resolve(name));
        session.start(new ZooKeeperSession.Listener() {
            @Override
            public void connected() {}

            @Override
            public void suspended() {}

            @Override
            public void lost() {}
        });
    }

    long id() {
        return session.id();
    }

    Deadline deadline() {
        return calls.deadline(TIMEOUT);
    }

    String verify() {
        return new ClusterIdentity(calls, paths, idFile).verify(deadline());
    }

    String newLatch() {
        String latch = paths.latch() + "/testing-" + LATCHES.incrementAndGet();
        write(Op.create(latch, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL));
        return latch;
    }

    public ClusterStore takeOverAsLeader() {
        return takeOver();
    }

    ZooKeeperClusterStore takeOver() {
        return takeOver(TIMEOUT);
    }

    ZooKeeperClusterStore takeOver(Duration operationTimeout) {
        return takeOver(operationTimeout, Optional.empty());
    }

    /** @param readAhead the records, as this head read them before */
    ZooKeeperClusterStore takeOver(Duration operationTimeout, Optional<ReadAhead.Kept> readAhead) {
        ZooKeeperClusterStore.Term term = new Epochs(calls, paths)
                .raise(verify(), new HeadSelf(name, new HostPort("localhost", 1)), newLatch(), deadline())
                .orElseThrow();
        return new ZooKeeperClusterStore(calls, paths, term, operationTimeout, fencedCalls::incrementAndGet, readAhead);
    }

    /** As an operator would with other tools. */
    void write(Op... operations) {
        ZooKeeperCalls.Answer answer = calls.once(List.of(operations), deadline(), "write for a test");
        if (!answer.isOk()) {
            throw new IllegalStateException("ZooKeeper says " + answer.code());
        }
    }

    OpResult read(String path) {
        return calls.read(List.of(Op.getData(path)), deadline(), "read for a test")
                .get(0);
    }

    @Override
    public void close() {
        session.close();
    }
}
