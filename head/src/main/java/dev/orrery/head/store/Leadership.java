package dev.orrery.head.store;

import java.util.Optional;

/** This head's part in the election of the leader. */
public interface Leadership extends AutoCloseable {
    /**
     * Connects and stands for election; returns once ZooKeeper answered and holds this head's cluster. Throws
     * STORE_UNAVAILABLE naming the address, or STORE_LOST.
     */
    void start(LeadershipListener listener);

    /** Whether ZooKeeper cannot be reached now, so that commits wait. */
    boolean suspended();

    /** The leader as the store names it; none while there is none, or ZooKeeper cannot be reached. */
    Optional<LeaderAddress> currentLeader();

    /** Gives leadership and candidacy up at once, within a bounded time. Idempotent. */
    @Override
    void close();
}
