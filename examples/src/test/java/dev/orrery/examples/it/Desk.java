package dev.orrery.examples.it;

import dev.orrery.ActorContext;
import dev.orrery.ContextAware;
import dev.orrery.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** An actor whose calls meet: some wait for others. Safe for several threads. */
public class Desk implements ContextAware {
    private final Queue<CompletableFuture<String>> open = new ArrayDeque<>();
    private final TreeSet<String> threads = new TreeSet<>();
    private final List<String> entered = new ArrayList<>();
    private ActorContext context;
    private int inside;

    @Override
    public void onStart(ActorContext given) {
        context = given;
    }

    /** Returns once so many are inside. */
    public synchronized List<String> meet(String who, int others) throws InterruptedException {
        inside++;
        entered.add(who);
        notifyAll();
        while (inside < others) {
            wait();
        }
        return List.copyOf(entered);
    }

    public synchronized int waiting() {
        return open.size();
    }

    /** What a later {@link #answer} says. */
    public synchronized CompletionStage<String> ask() {
        threads.add(Thread.currentThread().getName());
        CompletableFuture<String> question = new CompletableFuture<>();
        open.add(question);
        return question;
    }

    /** Answers the oldest question; "!…" is a failure. Returns on how many threads was asked. */
    public synchronized int answer(String text) {
        CompletableFuture<String> oldest = open.remove();
        if (text.startsWith("!")) {
            oldest.completeExceptionally(new IllegalStateException(text.substring(1)));
        } else {
            oldest.complete(text);
        }
        return threads.size();
    }

    public CompletableFuture<Thread> unserializable() {
        return CompletableFuture.completedFuture(new Thread("no data"));
    }

    /** Cannot be sent any more. */
    public CompletionStage<Tensor> spentTensor() {
        Tensor tensor = Tensor.ofFloats(new float[] {1}, 1);
        tensor.close();
        return CompletableFuture.supplyAsync(() -> tensor);
    }

    public CompletionStage<String> later(long millis) {
        return CompletableFuture.supplyAsync(
                () -> "late", CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS));
    }

    public CompletionStage<String> nothing() {
        return null;
    }

    public int leave(int last) {
        context.exit();
        return last;
    }
}
