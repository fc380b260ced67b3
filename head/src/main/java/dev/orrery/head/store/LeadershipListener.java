package dev.orrery.head.store;

/** Told in order, one call at a time, on a thread of the leadership's; must return soon. */
public interface LeadershipListener {
    /** This head leads from now on, by {@code store}'s epoch. */
    void elected(ClusterStore store);

    /** This head does not lead any more; what it still commits is refused. */
    void lost(String why);

    /** ZooKeeper cannot be reached: commits wait; leadership goes on until {@link #lost}. */
    void writesSuspended();

    void writesResumed();
}
