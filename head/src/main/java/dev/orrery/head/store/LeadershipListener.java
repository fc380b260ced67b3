package dev.orrery.head.store;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Told in order, one call at a time, on a thread of the leadership's; must return soon. */
public interface LeadershipListener {
    /** This head leads from now on, by {@code store}'s epoch. */
    void elected(ClusterStore store);

    /** This head does not lead any more; what it still commits is refused. */
    void lost(String why);

    /** ZooKeeper cannot be reached: commits wait; leadership goes on until {@link #lost}. */
    void writesSuspended();

    void writesResumed();

    /**
     * The store has lost everything: all records as this head knew them when it last led, in {@code epoch}. Empty when it does
     * not know all of them, or cannot rule out that another head has led since. Completed on another thread.
     */
    CompletableFuture<Optional<List<Change.Create>>> survivors(long epoch);

    /**
     * What this head would take over if the leader ended now, from time to time while another leads. Unlike the others on a thread
     * of its own, and it may take its time.
     */
    void rehearse(StoredState state);
}
