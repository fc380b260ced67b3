package dev.orrery.testing;

import dev.orrery.TaskContext;
import dev.orrery.tensor.Tensor;
import java.util.concurrent.Semaphore;

/** What tasks of the tests run, in a class loader of its own; tests reach it through {@link ScriptedActor#GATE} only. */
public final class ScriptedTasks {
    private ScriptedTasks() {}

    public static int add(int one, int other) {
        return one + other;
    }

    public static String describe() {
        TaskContext context = TaskContext.current();
        return context.task() + " " + context.name() + " " + context.attempt();
    }

    /** A new one. */
    public static Tensor doubled(Tensor tensor) {
        float[] values = tensor.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] *= 2;
        }
        return Tensor.ofFloats(values, tensor.shape());
    }

    public static int fail(String message) {
        throw new IllegalStateException(message);
    }

    private static Semaphore gate() {
        return (Semaphore) System.getProperties().get(ScriptedActor.GATE);
    }

    public static String block() throws InterruptedException {
        gate().acquire();
        return "went on";
    }

    /** Whatever comes. */
    public static String blockForGood() {
        gate().acquireUninterruptibly();
        return "went on";
    }
}
