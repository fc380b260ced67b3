package dev.orrery.examples.it;

import dev.orrery.ActorContext;
import dev.orrery.ContextAware;
import dev.orrery.function.ActorMethod1;
import dev.orrery.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** An actor to try everything on. */
public class Counter implements ContextAware {
    private final List<Integer> added = new ArrayList<>();
    private int value;
    private ActorContext context;

    public Counter(int start) {
        if (start < 0) {
            throw new IllegalArgumentException("cannot start at " + start);
        }
        value = start;
    }

    /** Travels as it is, without being Serializable. */
    public record Reading(int value, List<Integer> added, String thread) {}

    @Override
    public void onStart(ActorContext given) {
        context = given;
    }

    public int increment(int by) {
        value += by;
        added.add(by);
        return value;
    }

    /** Captures something, so its code travels in this class. */
    public static ActorMethod1<Counter, Integer, Integer> incrementTimes(int factor) {
        return (counter, by) -> counter.increment(by * factor);
    }

    public void reset() {
        value = 0;
        added.clear();
    }

    public Reading read() {
        return new Reading(value, List.copyOf(added), Thread.currentThread().getName());
    }

    public String describe(String prefix, long number, boolean flag, Reading reading) {
        return prefix + number + flag + reading.value();
    }

    public String identity() {
        return context.name().orElse("") + " " + context.actor() + "#" + context.incarnation();
    }

    public int fail(String message) {
        throw new IllegalStateException(message);
    }

    /** Knows no words, and cannot be serialised. */
    public static class Silent extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Object thread = Thread.currentThread();

        @Override
        public String getMessage() {
            throw new UnsupportedOperationException(thread.toString());
        }
    }

    public int failWithoutAWord() {
        throw new Silent();
    }

    public Object same(Object argument) {
        return argument;
    }

    public Object unserializable() {
        return Thread.currentThread();
    }

    public Tensor doubled(Tensor numbers) {
        Tensor result = numbers.copy();
        for (int i = 0; i < result.elements(); i++) {
            result.setFloat(i, 2 * result.getFloat(i));
        }
        return result;
    }

    /** Never comes back by itself. */
    public void hang() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    public void exit(int code) {
        System.exit(code);
    }
}
