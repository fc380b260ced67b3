package dev.orrery;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.ActorStart;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Collects how an actor is to be started. Not thread-safe. */
public final class ActorBuilder<A> {
    private static final int MOST_PENDING_CALLS = 1_000_000;

    private final ActorStart start;
    private final Serializable factory;
    private final List<Object> arguments;
    private final List<Path> artifacts = new ArrayList<>();
    private Optional<String> name = Optional.empty();
    private double cpus = 1;
    private int gpus;
    private int maxPendingCalls = 1_000;
    private Duration startTimeout = Duration.ofMinutes(2);

    ActorBuilder(ActorStart start, Serializable factory, List<Object> arguments) {
        this.start = start;
        this.factory = factory;
        this.arguments = arguments;
    }

    /**
     * What others find it by, while it is not DEAD; by default it has none. 1 to 64 letters, digits, dots, underscores and
     * dashes, a letter or digit at both ends.
     */
    public ActorBuilder<A> name(String value) {
        name = Optional.of(Given.given("the name of an actor", value));
        return this;
    }

    /** What placement sets aside for it; thousandths count. Default 1. */
    public ActorBuilder<A> cpus(double value) {
        cpus = value;
        return this;
    }

    /** Default 0. */
    public ActorBuilder<A> gpus(int value) {
        gpus = value;
        return this;
    }

    /** A jar with code that it uses, beside what its own class and those of its arguments were loaded from here. */
    public ActorBuilder<A> artifact(Path jar) {
        artifacts.add(Given.given("an artifact", jar));
        return this;
    }

    /** Calls that may wait at the actor; one more fails with ACTOR_OVERLOADED. Default 1000. */
    public ActorBuilder<A> maxPendingCalls(int value) {
        maxPendingCalls = value;
        return this;
    }

    /** From the launch of its worker to the end of its constructor and of {@link ContextAware#onStart}. Default 2 min. */
    public ActorBuilder<A> startTimeout(Duration value) {
        startTimeout = value;
        return this;
    }

    /** As {@link #start(Duration)}, for three minutes. */
    public ActorRef<A> start() {
        return start(Duration.ofMinutes(3));
    }

    /**
     * Ships the actor's code, starts it and waits until it is ALIVE. Throws INVALID_ARGUMENT, NOT_SERIALIZABLE (an argument
     * or what a lambda captured), ALREADY_EXISTS (its name), DOES_NOT_FIT (with need and free per node), START_FAILED (its
     * constructor threw, or its worker died: first cause first) or DEADLINE_EXCEEDED; one that did not come up is taken away
     * again.
     */
    public ActorRef<A> start(Duration timeout) {
        List<String> errors = new ArrayList<>();
        if (name.filter(String::isEmpty).isPresent()) {
            errors.add("the name is empty; an actor without one is started without calling name");
        }
        if (!(cpus >= 0) || cpus > 10_000) {
            errors.add("cpus must be from 0 to 10000, not " + cpus);
        }
        if (gpus < 0 || gpus > 1_000) {
            errors.add("gpus must be from 0 to 1000, not " + gpus);
        }
        if (maxPendingCalls < 1 || maxPendingCalls > MOST_PENDING_CALLS) {
            errors.add("maxPendingCalls must be from 1 to " + MOST_PENDING_CALLS + ", not " + maxPendingCalls);
        }
        PipelinePolicy.positive("startTimeout", startTimeout, errors);
        PipelinePolicy.positive("timeout", timeout, errors);
        artifacts.stream()
                .filter(jar -> !Files.isRegularFile(jar))
                .forEach(jar -> errors.add("there is no artifact " + jar));
        if (!errors.isEmpty()) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    String.join("; ", errors),
                    name.map(known -> Map.of("actor", known)).orElse(Map.of()));
        }
        return start.start(
                new ActorStart.Options(name, cpus, gpus, List.copyOf(artifacts), maxPendingCalls, startTimeout),
                factory,
                arguments,
                timeout);
    }
}
