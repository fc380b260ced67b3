package dev.orrery;

/** A world of actors, as its driver sees it: fixed members, a fault domain, never resized. Thread-safe. */
public interface WorldRef extends AutoCloseable {
    /** Unique in the cluster for ever. */
    String id();

    String name();

    /** Asks the leader. */
    WorldState state();

    /** Asks the leader; CLOSED is all that is known of a world that was closed or forgotten. */
    WorldStatus status();

    /**
     * Has every member leave it in good order, which they do when this has returned; their operations that wait fail. Its
     * name is free then. Idempotent.
     */
    @Override
    void close();
}
