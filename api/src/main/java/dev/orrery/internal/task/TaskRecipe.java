package dev.orrery.internal.task;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.store.KeptValue;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.function.Function;

/**
 * How a large result is made once more, should it be lost: kept for as long as something is made of it. It keeps recipes of the arguments
 * that are results themselves, rather than their values, which may be gone when nobody refers to them. Thread-safe.
 */
final class TaskRecipe {
    /** Beyond so many recipes one after the other it keeps a value: a long computation must not remember all of its steps. */
    static final int MOST_DEPTH = 32;

    /** An argument. */
    sealed interface Ingredient {
        /** A value of the task's own, or a result at which what is remembered ends. */
        record Bytes(KeptValue value) implements Ingredient {}

        /** An object that is not made by a recipe. */
        record Known(HeldObject object) implements Ingredient {}

        record Made(TaskRecipe recipe) implements Ingredient {}
    }

    private final String id;
    private final String name;
    private final TaskOptions options;
    private final ActorFunction function;
    private final TaskShape shape;
    private final List<Ingredient> ingredients;
    private final int depth;
    private WeakReference<HeldObject> product;

    /** @param product what there is of it now */
    TaskRecipe(
            String id,
            String name,
            TaskOptions options,
            ActorFunction function,
            TaskShape shape,
            List<Ingredient> ingredients,
            HeldObject product) {
        this.id = id;
        this.name = name;
        this.options = options;
        this.function = function;
        this.shape = shape;
        this.ingredients = List.copyOf(ingredients);
        this.depth = 1
                + this.ingredients.stream()
                        .mapToInt(each -> each instanceof Ingredient.Made of ? of.recipe().depth : 0)
                        .max()
                        .orElse(0);
        this.product = new WeakReference<>(product);
    }

    /** As an argument of a task that is remembered. */
    Ingredient asIngredient(KeptValue value) {
        return depth < MOST_DEPTH ? new Ingredient.Made(this) : new Ingredient.Bytes(value);
    }

    TaskShape shape() {
        return shape;
    }

    /**
     * For another run. Throws OBJECT_LOST.
     *
     * @param make a result that nobody refers to any more
     */
    TaskArguments arguments(Function<TaskRecipe, HeldObject> make) {
        TaskArguments given = new TaskArguments("task " + name, ingredients.size());
        boolean whole = false;
        try {
            ingredients.forEach(ingredient -> add(ingredient, given, make));
            whole = true;
            return given;
        } finally {
            if (!whole) {
                given.release();
            }
        }
    }

    private void add(Ingredient ingredient, TaskArguments given, Function<TaskRecipe, HeldObject> make) {
        if (ingredient instanceof Ingredient.Bytes bytes) {
            given.addKept(bytes.value());
        } else if (ingredient instanceof Ingredient.Made of) {
            of.recipe().addTo(given, make);
        } else if (ingredient instanceof Ingredient.Known known && !given.add(known.object())) {
            throw OrreryException.of(
                    ErrorCode.OBJECT_LOST,
                    "the result of task %s was lost, and is not made again: its argument %d, %s, was released"
                            .formatted(
                                    name,
                                    given.nextNumber(),
                                    known.object().maker().product()));
        }
    }

    private void addTo(TaskArguments given, Function<TaskRecipe, HeldObject> make) {
        HeldObject there = product();
        if (there == null || !given.add(there)) {
            HeldObject fresh = make.apply(this);
            synchronized (this) {
                product = new WeakReference<>(fresh);
            }
            given.add(fresh);
            // It goes with the last that has it.
            fresh.giveUp();
        }
    }

    private synchronized HeldObject product() {
        return product.get();
    }

    /**
     * Its files have other names than those of earlier runs, which may be removed late.
     *
     * @param number of no other run
     */
    SubmittedTask task(long number, long nowNanos) {
        return new SubmittedTask(id + "-again" + number, name, options, function, nowNanos);
    }
}
