package dev.orrery.internal.pool;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a step once, after a time, on a thread that the step may hold up. */
@FunctionalInterface
interface Alarm {
    /** By the JDK's own timer, on its common pool: a pool of actors belongs to no client, and has no thread of its own. */
    Alarm SYSTEM = (step, nanos) ->
            CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS).execute(step);

    void ring(Runnable step, long afterNanos);
}
