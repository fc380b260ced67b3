package dev.orrery.internal.task;

import dev.orrery.error.OrreryException;
import dev.orrery.internal.store.KeptValue;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What an object comes from, as far as whoever waits for it is concerned. Thread-safe. */
interface ObjectMaker {
    /** Unique in the cluster for ever. */
    String id();

    /** For people: "the result of task Adder.add". */
    String product();

    /** Its bytes, or what it failed with. */
    CompletableFuture<KeptValue> result();

    /**
     * The same once more, after that value could not be read.
     *
     * @param why fails it where there is no way
     */
    default CompletableFuture<KeptValue> resultAfter(KeptValue lost, OrreryException why) {
        return CompletableFuture.failedFuture(why);
    }

    /** How it is made once more; empty where it never is, or cannot be lost. */
    default Optional<TaskRecipe> recipe() {
        return Optional.empty();
    }

    /** Nobody needs it any more. Should it not be there yet, it goes when it comes. */
    default void drop() {
        var unused = result().thenAccept(KeptValue::release);
    }

    /** How long it may take at most. */
    Duration left();

    /** Goes on a sentence about it: "waits for a worker". */
    String whereabouts();

    /** Returns whether it was not over before. */
    boolean cancel();
}
