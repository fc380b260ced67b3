package dev.orrery.testing;

import dev.orrery.ActorContext;
import dev.orrery.Checkpointable;
import dev.orrery.ContextAware;
import java.util.concurrent.CompletableFuture;

/** An actor that counts, and saves what it counted; what it saves may be too much, or not be had. In a class loader of its own. */
public class ScriptedSaver implements Checkpointable<ScriptedSaver.Kept>, ContextAware {
    /** As users have it: no interface, no plain constructor. */
    public record Kept(int total, String ballast) {}

    private int total;
    private String ballast = "";
    private String trouble = "";
    private ActorContext context;

    @Override
    public void onStart(ActorContext given) {
        context = given;
    }

    @Override
    public Kept checkpoint() {
        if (!trouble.isEmpty()) {
            throw new IllegalStateException(trouble);
        }
        return new Kept(total, ballast);
    }

    @Override
    public void restore(Kept kept) {
        if (kept.total() < 0) {
            throw new IllegalArgumentException("no total: " + kept.total());
        }
        total = kept.total();
    }

    public int add(int number) {
        total += number;
        return total;
    }

    public int addAndThrow(int number) {
        throw new IllegalStateException("counted " + add(number));
    }

    public CompletableFuture<Integer> addLater(int number) {
        return CompletableFuture.completedFuture(add(number));
    }

    /** Does not wait for it. */
    public int addAndSave(int number) {
        add(number);
        var unused = context.saveCheckpoint();
        return total;
    }

    /** Waits for it. */
    public String saveAndTell() {
        return context.saveCheckpoint()
                .handle((none, failure) -> failure == null ? "saved" : failure.getMessage())
                .join();
    }

    public int grow(int bytes) {
        ballast = "x".repeat(bytes);
        return total;
    }

    public int refuse(String why) {
        trouble = why;
        return total;
    }

    public int addAndExit(int number) {
        add(number);
        context.exit();
        return total;
    }
}
