package dev.orrery.examples.it;

import dev.orrery.ActorContext;
import dev.orrery.ActorRef;
import dev.orrery.ContextAware;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An actor that starts and calls others. */
public class Crew implements ContextAware {
    private ActorContext context;

    @Override
    public void onStart(ActorContext given) {
        context = given;
    }

    public ActorRef<Counter> hire(String name, int start) {
        return context.orrery().actor(Counter::new, start).name(name).cpus(0.1).start();
    }

    public String job() {
        return context.orrery().job();
    }

    /** Several calls at a time, to actors of whoever calls. */
    public int addToEach(List<ActorRef<Counter>> counters, int by) {
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        counters.forEach(counter -> calls.add(counter.call(Counter::increment, by)));
        return calls.stream().mapToInt(CompletableFuture::join).sum();
    }
}
