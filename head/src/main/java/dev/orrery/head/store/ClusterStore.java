package dev.orrery.head.store;

import java.util.List;

/**
 * The cluster's records, for one leadership. Both calls block, to a deadline; once the epoch is lost every call throws
 * FENCED for ever, and nothing that a fenced leader still had under way lands.
 */
public interface ClusterStore {
    /** A record's value is at most so large. */
    int MAX_RECORD_BYTES = 64 << 10;

    /** All of a commit, paths and values, is at most so large. */
    int MAX_COMMIT_BYTES = 512 << 10;

    /** The number of this leadership. */
    long epoch();

    /** The UUID of the cluster that the store holds. */
    String cluster();

    /** For messages: what it is, and where. */
    default String name() {
        return "the leader's store";
    }

    /** Throws FENCED, STORE_LOST, or STORE_UNAVAILABLE at the deadline. */
    StoredState load();

    /**
     * On return no other head had taken over when this was called. Throws FENCED, or STORE_UNAVAILABLE at the deadline.
     */
    void prove();

    /**
     * Makes all changes, or none. Every created or updated record carries the id of the operation that changes it (its
     * {@code operation} field; not empty, and another one for each commit), by which a change whose answer was lost is told
     * from one that never arrived.
     *
     * <p>Throws FENCED; STORE_UNAVAILABLE at the deadline (then it is not known whether the changes were made: surrender or
     * reload); INVALID_ARGUMENT when too large, or when a record is not of the expected version (then nothing was changed).
     */
    CommitResult commit(List<Change> changes);
}
