package dev.orrery;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Room that is set aside, in bundles, for the actors and tasks that are placed in it ({@link ActorBuilder#in}, {@link
 * TaskBuilder#in}) and for nothing else. Bundles that were asked for together get their room all at once, or wait. When a node
 * dies its bundles get room elsewhere, and actors in them follow with their next life. Thread-safe.
 */
public interface PlacementGroup {
    /** Unique in the cluster for ever. */
    String id();

    Optional<String> name();

    /**
     * Completes with the group once it is READY: now, or when all bundles that wait have their room. It has no deadline of its
     * own. Fails with NOT_FOUND when the group is removed, with the cause, and with CANCELLED when the client is closed.
     */
    CompletableFuture<PlacementGroup> ready();

    /**
     * Waits for {@link #ready} and returns the group. Throws DEADLINE_EXCEEDED, which says why bundles wait (what they need, what
     * is free on each node, what would help), NOT_FOUND when the group is removed, or CANCELLED when the thread is interrupted.
     */
    PlacementGroup awaitReady(Duration timeout);

    /** Asks the leader. Throws NOT_FOUND for a group that was removed long ago. */
    PlacementGroupStatus status();

    /**
     * Adds so many bundles of one kind and returns their numbers. They get their room together, as the group's strategy says,
     * while all others stay as they are; until then the group is RESIZING. Throws INVALID_ARGUMENT, or NOT_FOUND when the group
     * was removed.
     *
     * @param options what each of them sets aside
     */
    List<Integer> addBundles(int count, Consumer<BundleOptions.Builder> options);

    /** As {@link #addBundles}, one. */
    default int addBundle(Consumer<BundleOptions.Builder> options) {
        return addBundles(1, options).get(0);
    }

    /**
     * Gives the room of these bundles back, all of them or none; the numbers of the others stay. Throws IN_USE when an actor, or a
     * worker of tasks, lives in one of them or is to (a worker that has nothing to do ends after a second), NOT_FOUND when there is
     * no such bundle, and INVALID_ARGUMENT when no bundle would be left.
     */
    void removeBundles(int... numbers);

    /** As {@link #remove(Duration)}, for a minute. */
    void remove();

    /**
     * Gives all of its room back and ends what was placed in it, whoever started that: such an actor is killed, with this as its
     * cause, and a task fails. Returns when all of it has ended. Idempotent.
     */
    void remove(Duration timeout);
}
