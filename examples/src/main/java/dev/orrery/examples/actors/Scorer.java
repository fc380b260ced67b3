package dev.orrery.examples.actors;

import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Scores texts by a table that takes long to make: that is why an actor keeps it, and why a few of them do the work of many calls. */
public final class Scorer {
    private static final int TABLE = 1 << 16;
    private static final long SEED = 11;
    private static final long WORK_MILLIS = 2;

    private final String name;
    private final int[] table = new Random(SEED).ints(TABLE).toArray();

    /**
     * What a text was found to be.
     *
     * @param scorer which did it
     */
    public record Score(String scorer, long value) {}

    public Scorer(String name) {
        this.name = name;
    }

    public Score score(String text) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(WORK_MILLIS);
        return new Score(name, value(text));
    }

    long value(String text) {
        long value = 0;
        for (String word : text.split(" ", -1)) {
            value += table[Math.floorMod(word.hashCode(), TABLE)];
        }
        return value;
    }
}
