package dev.orrery.internal.task;

import dev.orrery.internal.store.KeptValue;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** What an object comes from, as far as whoever waits for it is concerned. Thread-safe. */
interface ObjectMaker {
    /** Unique in the cluster for ever. */
    String id();

    /** For people: "the result of task Adder.add". */
    String product();

    /** Its bytes, or what it failed with. */
    CompletableFuture<KeptValue> result();

    /** How long it may take at most. */
    Duration left();

    /** Goes on a sentence about it: "waits for a worker". */
    String whereabouts();

    /** Returns whether it was not over before. */
    boolean cancel();
}
