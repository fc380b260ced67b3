package dev.orrery.head.store;

import java.util.Optional;

/** This head's part in the election of the leader. */
public interface Leadership extends AutoCloseable {
    /**
     * Connects and stands for election; returns once ZooKeeper answered and holds this head's cluster. Throws
     * STORE_UNAVAILABLE naming the address, or STORE_LOST.
     */
    void start(LeadershipListener listener);

    /** What keeps this head from ZooKeeper now, with its address: commits wait, and another leader may not be known here. */
    Optional<String> trouble();

    /** The leader as the store named it last; none when there was none. */
    Optional<LeaderAddress> currentLeader();

    /** Others cannot reach the leader, so that this head may have to lead soon: it prepares for that. */
    void leaderIsMissed();

    /** Gives leadership and candidacy up at once, within a bounded time. Idempotent. */
    @Override
    void close();
}
