package dev.orrery.examples.it;

import dev.orrery.ActorContext;
import dev.orrery.Checkpointable;
import dev.orrery.ContextAware;
import java.util.ArrayList;
import java.util.List;

/** Counts, and saves what it has counted. */
public class Tally implements Checkpointable<Tally.Counted>, ContextAware {
    /** Travels as it is, without being Serializable. */
    public record Counted(int total, List<Integer> added, String ballast) {}

    private final List<Integer> added = new ArrayList<>();
    private int total;
    private String ballast = "";
    private ActorContext context;

    @Override
    public void onStart(ActorContext given) {
        context = given;
    }

    @Override
    public Counted checkpoint() {
        return new Counted(total, List.copyOf(added), ballast);
    }

    @Override
    public void restore(Counted state) {
        if (state.total() < 0) {
            throw new IllegalArgumentException("no tally: " + state.total());
        }
        total = state.total();
        added.addAll(state.added());
    }

    public int add(int number) {
        total += number;
        added.add(number);
        return total;
    }

    /** As {@link #add}, and saves then, however the actor was started. */
    public int addForGood(int number) {
        add(number);
        context.saveCheckpoint().join();
        return total;
    }

    public Counted read() {
        return checkpoint();
    }

    public int grow(int characters) {
        ballast = "x".repeat(characters);
        return total;
    }

    public long life() {
        return context.incarnation();
    }
}
