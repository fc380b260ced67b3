package dev.orrery.head.zookeeper;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;

/** This head's place in the latch's queue, for one session. */
final class Candidacy {
    private final LeaderLatch latch;
    private final long session;
    private final String cluster;
    private boolean closed;

    Candidacy(LeaderLatch latch, long session, String cluster) {
        this.latch = latch;
        this.session = session;
        this.cluster = cluster;
    }

    long session() {
        return session;
    }

    /** UUID of the cluster that ZooKeeper held when this began. */
    String cluster() {
        return cluster;
    }

    /** None when the znode was removed. */
    Optional<String> latchPath() {
        return Optional.ofNullable(latch.getOurPath());
    }

    void start(Runnable won, Runnable lost, Executor executor) {
        latch.addListener(
                new LeaderLatchListener() {
                    @Override
                    public void isLeader() {
                        won.run();
                    }

                    @Override
                    public void notLeader() {
                        lost.run();
                    }
                },
                executor);
        try {
            latch.start();
        } catch (Exception e) {
            throw OrreryException.of(ErrorCode.INTERNAL, "the latch does not start", e);
        }
    }

    synchronized boolean closed() {
        return closed;
    }

    /** Leaves the queue. Idempotent, on any thread. */
    synchronized void close() {
        if (!closed) {
            closed = true;
            try {
                latch.close(LeaderLatch.CloseMode.SILENT);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
