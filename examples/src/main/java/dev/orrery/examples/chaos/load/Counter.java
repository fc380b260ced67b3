package dev.orrery.examples.chaos.load;

import dev.orrery.ActorContext;
import dev.orrery.ContextAware;
import dev.orrery.examples.chaos.check.Reading;
import java.util.concurrent.ThreadLocalRandom;

/** Counts how often it was incremented, and tells which object it is. */
public class Counter implements ContextAware {
    private final long process = ThreadLocalRandom.current().nextLong(1L << 40);
    private ActorContext context;
    private long value;

    @Override
    public void onStart(ActorContext given) {
        context = given;
    }

    /** Returns a {@link Reading}. */
    public String increment() {
        value++;
        return new Reading(context.actor(), context.incarnation(), process, value).text();
    }
}
