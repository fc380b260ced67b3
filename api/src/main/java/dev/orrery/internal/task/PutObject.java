package dev.orrery.internal.task;

import dev.orrery.internal.store.KeptValue;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** An object that a user made of a value: it is there from the beginning. */
record PutObject(String id, CompletableFuture<KeptValue> result) implements ObjectMaker {
    static PutObject of(String id, KeptValue value) {
        return new PutObject(id, CompletableFuture.completedFuture(value));
    }

    @Override
    public String product() {
        return "object " + id;
    }

    @Override
    public Duration left() {
        return Duration.ZERO;
    }

    @Override
    public String whereabouts() {
        return "is there";
    }

    @Override
    public boolean cancel() {
        return false;
    }
}
