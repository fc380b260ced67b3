package dev.orrery.examples.actors;

import dev.orrery.ActorContext;
import dev.orrery.ContextAware;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A service with state: amounts that clerks enter, each under a number of the clerk's, so that entering one again changes
 * nothing. It keeps them in memory, and a next life begins without them.
 */
public final class Ledger implements ContextAware {
    private static final long WORK_MILLIS = 2;

    private final Map<String, Map<Integer, Integer>> amounts = new TreeMap<>();
    private ActorContext context;

    public Ledger() {}

    @Override
    public void onStart(ActorContext given) {
        context = given;
    }

    /** Returns which life entered it, so that a clerk sees when what it entered before is gone. */
    public long enter(String clerk, int number, int amount) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(WORK_MILLIS);
        amounts.computeIfAbsent(clerk, name -> new TreeMap<>()).put(number, amount);
        return context.incarnation();
    }

    /** As {@link #enter}, many at once. */
    public long enterAll(String clerk, Map<Integer, Integer> numbered) {
        amounts.computeIfAbsent(clerk, name -> new TreeMap<>()).putAll(numbered);
        return context.incarnation();
    }

    public long life() {
        return context.incarnation();
    }

    /** How many amounts there are. */
    public int size() {
        return amounts.values().stream().mapToInt(Map::size).sum();
    }

    public int total() {
        return amounts.values().stream()
                .flatMap(numbered -> numbered.values().stream())
                .mapToInt(Integer::intValue)
                .sum();
    }

    /** A call that is still under way when its life ends. */
    public long audit() throws InterruptedException {
        TimeUnit.MINUTES.sleep(1);
        return context.incarnation();
    }
}
