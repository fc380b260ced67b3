package dev.orrery.internal.task;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.store.KeptValue;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What is left of an object that was given up. */
record ReleasedObject(String id, String product) implements ObjectMaker {
    static ReleasedObject of(ObjectMaker maker) {
        return new ReleasedObject(maker.id(), maker.product());
    }

    OrreryException why() {
        return OrreryException.of(
                ErrorCode.OBJECT_RELEASED,
                product + " was released here; release a reference only when nothing needs it any more",
                Map.of("object", id));
    }

    @Override
    public CompletableFuture<KeptValue> result() {
        return CompletableFuture.failedFuture(why());
    }

    @Override
    public Duration left() {
        return Duration.ZERO;
    }

    @Override
    public String whereabouts() {
        return "was released";
    }

    @Override
    public boolean cancel() {
        return false;
    }
}
