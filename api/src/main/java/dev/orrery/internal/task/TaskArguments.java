package dev.orrery.internal.task;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.task.TaskRecipe.Ingredient;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What one run of a task is given, or several: values of its own, and objects, which it holds to its end. */
final class TaskArguments {
    private static final int LONG_DETAIL = 1_000;

    /** Of a task that was forgotten. */
    static final TaskArguments NONE = new TaskArguments("a task that is over", 0);

    /** @param own whether it is the task's alone, and goes with it */
    private record Argument(CompletableFuture<KeptValue> value, Optional<HeldObject> object, boolean own) {}

    private final String task;
    private final List<Argument> all;
    private boolean ended;

    /** @param task in words */
    TaskArguments(String task, int count) {
        this.task = task;
        this.all = new ArrayList<>(count);
    }

    void add(KeptValue own) {
        all.add(new Argument(CompletableFuture.completedFuture(own), Optional.empty(), true));
    }

    /** What others may need, too, and nobody gives up. */
    void addKept(KeptValue kept) {
        all.add(new Argument(CompletableFuture.completedFuture(kept), Optional.empty(), false));
    }

    /** Returns whether it was not gone; one that is is no argument, but fails the task. */
    boolean add(HeldObject object) {
        if (!object.hold()) {
            return false;
        }
        addHeld(object);
        return true;
    }

    /** It is held already, and let go with the others. */
    void addHeld(HeldObject object) {
        int number = nextNumber();
        ObjectMaker maker = object.maker();
        CompletableFuture<KeptValue> value = object.arrival().exceptionally(failure -> {
            throw failed(
                    "argument " + number + " of " + task + ", " + maker.product() + ", ", ErrorCodec.unwrap(failure));
        });
        all.add(new Argument(value, Optional.of(object), false));
    }

    /** The same as the argument's, first cause first. */
    private static OrreryException failed(String what, Throwable cause) {
        if (cause instanceof OrreryException known && known.detail().length() > LONG_DETAIL) {
            // A long chain would tell of all its links.
            return known;
        }
        return cause instanceof OrreryException known
                ? OrreryException.of(known.code(), what + "failed: " + known.detail(), known.ids(), known.failure())
                : OrreryException.of(ErrorCode.INTERNAL, what + "failed: " + cause, cause);
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

    /** Of the heap, and nobody else's. */
    long ownBytes() {
        return all.stream()
                .filter(Argument::own)
                .mapToLong(argument -> argument.value().join().bytes())
                .sum();
    }

    /** One that could not be read, once more; fails where there is no way. */
    CompletableFuture<KeptValue> after(int index, KeptValue lost, OrreryException why) {
        return all.stream()
                .skip(index)
                .findFirst()
                .flatMap(Argument::object)
                .map(object -> object.maker().resultAfter(lost, why))
                .orElseGet(() -> CompletableFuture.failedFuture(why));
    }

    /** All are there: what another run could be given. */
    List<Ingredient> ingredients() {
        return all.stream().map(TaskArguments::ingredient).toList();
    }

    private static Ingredient ingredient(Argument argument) {
        KeptValue value = argument.value().join();
        return argument.object()
                .<Ingredient>map(object -> object.maker()
                        .recipe()
                        .map(recipe -> recipe.asIngredient(value))
                        .orElseGet(() -> new Ingredient.Known(object)))
                .orElseGet(() -> new Ingredient.Bytes(value));
    }

    /** The task needs them no more. Idempotent. */
    void release() {
        if (end()) {
            all.stream()
                    .filter(Argument::own)
                    .forEach(argument -> argument.value().join().release());
            letGo();
        }
    }

    /** It needs the objects no more, but its own values may be needed once more. Idempotent. */
    void releaseObjects() {
        if (end()) {
            letGo();
        }
    }

    private synchronized boolean end() {
        boolean first = !ended;
        ended = true;
        return first;
    }

    private void letGo() {
        all.forEach(argument -> argument.object().ifPresent(HeldObject::letGo));
    }
}
