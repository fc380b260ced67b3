package dev.orrery.examples.chaos.load;

import dev.orrery.ActorBuilder;
import dev.orrery.ActorRef;
import dev.orrery.Orrery;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.chaos.history.Operation;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Increments a named counter. Should it end for good, its owner starts another one of that name, which the others find. */
final class CounterLoad {
    private static final Logger log = LoggerFactory.getLogger(CounterLoad.class);
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final int RESTARTS = 100;
    private static final long RETRY_MILLIS = 200;

    private final Orrery orrery;
    private final String name;
    private final boolean owner;
    private final Duration deadline;
    private final OpenOperations operations;
    private final ScheduledExecutorService executor;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile Optional<ActorRef<Counter>> actor = Optional.empty();

    CounterLoad(
            Orrery orrery,
            String name,
            boolean owner,
            Duration deadline,
            OpenOperations operations,
            ScheduledExecutorService executor) {
        this.orrery = orrery;
        this.name = name;
        this.owner = owner;
        this.deadline = deadline;
        this.operations = operations;
        this.executor = executor;
    }

    void call() {
        Optional<ActorRef<Counter>> current = actor;
        if (current.isEmpty()) {
            lookSoon(0);
            return;
        }
        ActorRef<Counter> used = current.get();
        long number = operations.begin(Operation.Kind.INCREMENT, name, deadline);
        used.call(Counter::increment).whenComplete((reading, failure) -> {
            if (failure == null) {
                operations.answered(number, reading);
                return;
            }
            operations.failed(number, failure);
            if (OpenOperations.code(failure).equals(ErrorCode.ACTOR_DEAD.name())) {
                forget(used);
            }
        });
    }

    private synchronized void forget(ActorRef<Counter> dead) {
        if (actor.filter(it -> it == dead).isPresent()) {
            actor = Optional.empty();
        }
    }

    private void lookSoon(long millis) {
        if (looking.compareAndSet(false, true)) {
            executor.schedule(this::look, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        boolean found = false;
        try {
            actor = Optional.of(find().within(deadline));
            found = true;
        } catch (OrreryException e) {
            log.info("no {}: {}", name, e.getMessage());
        } finally {
            looking.set(false);
        }
        if (!found) {
            lookSoon(RETRY_MILLIS);
        }
    }

    private ActorRef<Counter> find() {
        try {
            return orrery.actor(name, Counter.class);
        } catch (OrreryException e) {
            boolean gone = e.code() == ErrorCode.NOT_FOUND || e.code() == ErrorCode.ACTOR_DEAD;
            if (!owner || !gone) {
                throw e;
            }
            ActorBuilder<Counter> counter = orrery.actor(Counter::new)
                    .name(name)
                    .cpus(ChaosPipelines.CPUS)
                    // Other drivers call it, too.
                    .detached()
                    .restarts(RESTARTS);
            return (ChaosCounters.isExclusive(name) ? counter.exclusive() : counter).start(START_TIMEOUT);
        }
    }
}
