package dev.orrery.internal.task;

import dev.orrery.internal.store.KeptValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What a task is given: values of its own, and objects, which it holds to its end. Not thread-safe before it is complete. */
final class TaskArguments {
    private record Argument(CompletableFuture<KeptValue> value, Optional<HeldObject> object) {}

    private final List<Argument> all;
    private boolean ended;

    TaskArguments(int count) {
        this.all = new ArrayList<>(count);
    }

    void add(KeptValue own) {
        all.add(new Argument(CompletableFuture.completedFuture(own), Optional.empty()));
    }

    /** @param value the object's, or why there is none */
    void add(HeldObject object, CompletableFuture<KeptValue> value) {
        all.add(new Argument(value, Optional.of(object)));
    }

    /** From 1 on, of the next one. */
    int nextNumber() {
        return all.size() + 1;
    }

    boolean areThere() {
        return all.stream().map(Argument::value).allMatch(value -> value.isDone() && !value.isCompletedExceptionally());
    }

    List<CompletableFuture<KeptValue>> arrivals() {
        return all.stream().map(Argument::value).toList();
    }

    /** All are there. */
    List<KeptValue> values() {
        return all.stream().map(argument -> argument.value().join()).toList();
    }

    private List<KeptValue> own() {
        return all.stream()
                .filter(argument -> argument.object().isEmpty())
                .map(argument -> argument.value().join())
                .toList();
    }

    /** Of the heap, and nobody else's. */
    long ownBytes() {
        return own().stream().mapToLong(KeptValue::bytes).sum();
    }

    /** The task needs them no more. Idempotent. */
    void release() {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        own().forEach(KeptValue::release);
        all.forEach(argument -> argument.object().ifPresent(HeldObject::letGo));
    }
}
