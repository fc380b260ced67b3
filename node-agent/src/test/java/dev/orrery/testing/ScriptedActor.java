package dev.orrery.testing;

import dev.orrery.ActorContext;
import dev.orrery.ContextAware;
import dev.orrery.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** An actor that counts and misbehaves. In a class loader of its own; tests reach it through {@link #GATE} only. */
public class ScriptedActor implements ContextAware, AutoCloseable {
    /** Key of the system properties' table under which a test puts the {@link Semaphore} that {@link #block} waits for. */
    public static final String GATE = "orrery.test.actor.gate";

    /** Key under which the actor says that it was closed. */
    public static final String CLOSED = "orrery.test.actor.closed";

    /** A value as users have it: no interface, no plain constructor. */
    public record Sum(int value, String by) {}

    private int total;
    private String self = "";
    private ActorContext context;

    public ScriptedActor() {
        this(0);
    }

    public ScriptedActor(int start) {
        if (start < 0) {
            throw new IllegalArgumentException("counts from 0, not from " + start);
        }
        total = start;
    }

    public static Path artifact() {
        return ScriptedStage.artifact();
    }

    public static ScriptedActor none() {
        return null;
    }

    @Override
    public void onStart(ActorContext given) {
        context = given;
        self = given.name().orElse("?") + "/" + given.actor() + "#" + given.incarnation();
    }

    public int add(int number) {
        total += number;
        return total;
    }

    public Sum add(Sum sum) {
        return new Sum(add(sum.value()), self);
    }

    public void reset() {
        total = 0;
    }

    public static int twice(ScriptedActor actor) {
        return 2 * actor.total;
    }

    @SuppressWarnings("unused") // Called by its name.
    private int hidden() {
        return -total;
    }

    public int fail(String message) throws IOException {
        throw new IOException(message, new IllegalStateException("root " + message));
    }

    public Object unserializable() {
        return new Thread("no data");
    }

    public Tensor doubled(Tensor tensor) {
        float[] values = tensor.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] *= 2;
        }
        return Tensor.ofFloats(values, tensor.shape());
    }

    public Tensor same(Tensor tensor) {
        return tensor;
    }

    public String block() throws InterruptedException {
        ((Semaphore) System.getProperties().get(GATE)).acquire();
        return "went on";
    }

    public void blockForGood() {
        System.getProperties().put(CLOSED, "blocked");
        while (true) {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                System.getProperties().put(CLOSED, "ignored");
            }
        }
    }

    public int interruptSelf() {
        Thread.currentThread().interrupt();
        return total;
    }

    @SuppressWarnings("InfiniteRecursion")
    public int overflow(int depth) {
        return overflow(depth + 1) + 1;
    }

    public void runOut() {
        throw new OutOfMemoryError("test");
    }

    public void exit(int code) {
        System.exit(code);
    }

    public String thread() {
        return Thread.currentThread().getName();
    }

    /** What a peer in that world sends, after it was sent {@code text}. */
    public String exchange(String world, String text) throws Exception {
        var joined = context.awaitWorld(world, Duration.ofSeconds(30)).get(40, TimeUnit.SECONDS);
        int peer = 1 - joined.rank();
        try (Tensor sent = Tensor.ofStrings(text)) {
            joined.communicator().send(peer, sent).get(30, TimeUnit.SECONDS);
        }
        try (Tensor received = joined.communicator().receive(peer).get(30, TimeUnit.SECONDS)) {
            return joined.id() + ":" + received.toStrings().get(0);
        }
    }

    public String stateOf(String world) {
        return context.world(world).id();
    }

    @Override
    public void close() {
        System.getProperties().put(CLOSED, self);
        System.out.println("closed " + self);
    }
}
