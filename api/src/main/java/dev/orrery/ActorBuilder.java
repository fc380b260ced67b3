package dev.orrery;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.ActorStart;
import dev.orrery.internal.names.NameRules;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Collects how an actor is to be started. Not thread-safe. */
public final class ActorBuilder<A> {
    private static final int MOST_PENDING_CALLS = 1_000_000;
    private static final int MOST_RESTARTS = 1_000_000;
    private static final int MOST_CALL_RETRIES = 1_000;
    private static final int MOST_CONCURRENCY = 1_000;
    private static final int MOST_CHECKPOINT_CALLS = 1_000_000;

    private final ActorStart start;
    private final Serializable factory;
    private final List<Object> arguments;
    private final List<Path> artifacts = new ArrayList<>();
    private Optional<String> name = Optional.empty();
    private Optional<String> namespace = Optional.empty();
    private OptionalDouble cpus = OptionalDouble.empty();
    private double gpus;
    private final PlacementOptions.Builder placement = new PlacementOptions.Builder();
    private boolean exclusive;
    private boolean shareable;
    private int maxPendingCalls = 1_000;
    private int maxConcurrency = 1;
    private Duration startTimeout = Duration.ofMinutes(2);
    private int restarts;
    private int callRetries;
    private boolean detached;
    private Duration restartWindow = Duration.ofSeconds(60);
    private Optional<Integer> checkpointCalls = Optional.empty();
    private Optional<Duration> checkpointInterval = Optional.empty();

    ActorBuilder(ActorStart start, Serializable factory, List<Object> arguments) {
        this.start = start;
        this.factory = factory;
        this.arguments = arguments;
    }

    /**
     * What others find it by in its {@link #namespace}, while it is not DEAD; by default it has none. 1 to 64 letters, digits, dots, underscores and
     * dashes, a letter or digit at both ends.
     */
    public ActorBuilder<A> name(String value) {
        name = Optional.of(Given.given("the name of an actor", value));
        return this;
    }

    /**
     * Where its name is, and where it, and what it starts, gives and finds names. Written as names are. Default: that of the
     * {@link Orrery} that starts it.
     */
    public ActorBuilder<A> namespace(String value) {
        namespace = Optional.of(Given.given("the namespace", value));
        return this;
    }

    /** What placement sets aside for it; thousandths count. Default 1, or 0 for one that is {@link #shareable}. */
    public ActorBuilder<A> cpus(double value) {
        cpus = OptionalDouble.of(value);
        return this;
    }

    /**
     * Whole GPUs, each a device of its own, or a part of one: with 0.25 four such actors share a device, and each sees that one only. A
     * part is accounting, as with {@link #memory}: nothing keeps it from using more of the device. Thousandths count; of more than
     * one only whole ones can be asked for. Default 0.
     */
    public ActorBuilder<A> gpus(double value) {
        gpus = value;
        return this;
    }

    /**
     * Bytes of its node's memory that placement sets aside for it. This is accounting, as in Ray: nothing keeps its
     * worker from using more. Default 0: its memory is not counted.
     */
    public ActorBuilder<A> memory(long bytes) {
        placement.memory(bytes);
        return this;
    }

    /**
     * How much of a resource that nodes name ({@code agent.resources}) placement sets aside for it; thousandths
     * count. May be called for several resources. Default: none.
     */
    public ActorBuilder<A> resource(String name, double amount) {
        placement.resource(name, amount);
        return this;
    }

    /**
     * Only a node with this label ({@code agent.labels}) will do; asked when a node is chosen. May be called several
     * times: the node must have all of them. Default: any node will do.
     */
    public ActorBuilder<A> label(String key, String value) {
        placement.label(key, value);
        return this;
    }

    /**
     * Only the node of this name will do, for its next lives too: they wait until it is there and has room. Default: any
     * node will do.
     */
    public ActorBuilder<A> onNode(String node) {
        placement.onNode(node);
        return this;
    }

    /**
     * Of the nodes that have room, the least loaded. Of this and {@link #pack} the last call counts. Default: the one
     * with the fewest plain actors, of these the least loaded.
     */
    public ActorBuilder<A> spread() {
        placement.policy(PlacementPolicy.SPREAD);
        return this;
    }

    /** Of the nodes that have room, the most loaded, so that others stay free for what needs much. */
    public ActorBuilder<A> pack() {
        placement.policy(PlacementPolicy.PACK);
        return this;
    }

    /**
     * Takes its room from that of the group, in whichever bundle has some, for its next lives too; it has to fit in one of them. It
     * ends when the group is removed. With this, labels, {@link #onNode}, {@link #spread} and {@link #pack} are refused. Default: in
     * none.
     */
    public ActorBuilder<A> in(PlacementGroup group) {
        placement.in(group, OptionalInt.empty());
        return this;
    }

    /** As {@link #in(PlacementGroup)}, in the bundle of that number alone; DOES_NOT_FIT says what it holds. */
    public ActorBuilder<A> in(PlacementGroup group, int bundle) {
        placement.in(group, OptionalInt.of(bundle));
        return this;
    }

    /**
     * At most one life of it runs calls at any time, whatever is stopped or cut off: calls are run, and their outcomes told,
     * only while its worker holds a lease of the leader's ({@code exclusive.lease}, 15 s by default). It costs a pause where
     * no leader can renew the lease for so long (calls wait meanwhile, up to their deadline), and a move to another node waits
     * until the node is DEAD <i>and</i> the lease is over. A call that runs when the lease ends cannot be taken back: give
     * {@link ActorContext#incarnation()} to what it writes to, as a fencing token.
     */
    public ActorBuilder<A> exclusive() {
        exclusive = true;
        return this;
    }

    /**
     * Lets it live in a worker together with others of this job that are shareable, have the same artifacts and wish for the same
     * nodes: for many small actors, of which a process holds up to a thousand. Each has a thread, a queue and lives of its own; they
     * share the process with its heap, its log and the statics of their classes. One that exits the process or exhausts the heap
     * ends a life of all of them; code that ignores the interrupt at its end runs on. Constructor and arguments have 4 KB at
     * most. Not with {@link #gpus} or {@link #exclusive}; it cannot be a member of worlds.
     */
    public ActorBuilder<A> shareable() {
        shareable = true;
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

    /**
     * Calls that may run at once, up to 1000. They are still taken in the order in which they came, but the actor's methods run on
     * several threads, and must be safe for that. A thread is made when all others run a call; a method that returned a
     * CompletionStage (see {@link ActorRef#callAsync}) needs none until that ends. Default 1: one call ends before the next begins.
     */
    public ActorBuilder<A> maxConcurrency(int value) {
        maxConcurrency = value;
        return this;
    }

    /** From the launch of its worker to the end of its constructor and of {@link ContextAware#onStart}. Default 2 min. */
    public ActorBuilder<A> startTimeout(Duration value) {
        startTimeout = value;
        return this;
    }

    /**
     * How many crashes within {@link #restartWindow} a next life follows; one more ends the actor. A crash is an end of its
     * worker's process, a constructor that throws or ends it, and a start that takes longer than {@link #startTimeout}; a node
     * that is lost does not count. Default 0: there is one life, whatever ends it.
     *
     * <p>The next life is made by the same factory and arguments, possibly on another node; it has none of the state of the
     * one before, but for what that {@linkplain Checkpointable saved}, and is in none of its worlds. The first restart goes at once, later ones wait longer and longer, up to 10 s.
     */
    public ActorBuilder<A> restarts(int value) {
        restarts = value;
        return this;
    }

    /** Default 60 s. */
    public ActorBuilder<A> restartWindow(Duration value) {
        restartWindow = value;
        return this;
    }

    /**
     * The state of the actor, which is {@link Checkpointable}, is saved after so many calls since it was saved last, before the answer of
     * the last of these is told; calls that throw count too. 1: nothing that a caller was told is forgotten. With {@link
     * #checkpointEvery(Duration)} as well, whichever comes first. Default: only when the actor asks for it.
     */
    public ActorBuilder<A> checkpointEvery(int calls) {
        checkpointCalls = Optional.of(calls);
        return this;
    }

    /**
     * The state of the actor, which is {@link Checkpointable}, is saved after the first call that ends so long after it was saved last (or
     * the life began), before that call's answer is told. What the calls between did may be forgotten at a restart. Default: only when
     * the actor asks for it.
     */
    public ActorBuilder<A> checkpointEvery(Duration interval) {
        checkpointInterval = Optional.of(Given.given("the interval of checkpoints", interval));
        return this;
    }

    /**
     * How often a call is sent again, within its deadline, when the life that had it, or the way there, ended before the answer
     * came. It may then run more than once. Default 0: a call that may have run is never sent again, it fails with
     * ACTOR_RESTARTED, ACTOR_DEAD or CONNECTION_LOST. It holds for every reference to the actor.
     */
    public ActorBuilder<A> callRetries(int value) {
        callRetries = value;
        return this;
    }

    /**
     * Lives on when the {@link Orrery} that starts it closes or its process dies; others find it by its {@link #name}. By default
     * an actor is killed then, at once or when the job's lease is over (by default 30 s after the last word of the process).
     */
    public ActorBuilder<A> detached() {
        detached = true;
        return this;
    }

    /** As {@link #start(Duration)}, for three minutes. */
    public ActorRef<A> start() {
        return start(Duration.ofMinutes(3));
    }

    /**
     * Ships the actor's code, starts it and waits until it is ALIVE. Throws INVALID_ARGUMENT, NOT_SERIALIZABLE (an argument
     * or what a lambda captured), ALREADY_EXISTS (its name), DOES_NOT_FIT (with need and free per node), START_FAILED (its
     * constructor threw, or its worker died, more often than it may restart: first cause first) or DEADLINE_EXCEEDED; one that
     * did not come up is taken away again.
     */
    public ActorRef<A> start(Duration timeout) {
        List<String> errors = errors();
        PipelinePolicy.positive("timeout", timeout, errors);
        if (!errors.isEmpty()) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    String.join("; ", errors),
                    name.map(known -> Map.of("actor", known)).orElse(Map.of()));
        }
        return start.start(
                new ActorStart.Options(
                        name,
                        namespace,
                        neededCpus(),
                        gpus,
                        placement.build(),
                        List.copyOf(artifacts),
                        maxPendingCalls,
                        startTimeout,
                        restarts,
                        restartWindow,
                        exclusive,
                        callRetries,
                        detached,
                        maxConcurrency,
                        shareable,
                        new ActorStart.Checkpoints(checkpointCalls.orElse(0), checkpointInterval)),
                factory,
                arguments,
                timeout);
    }

    /** What does not hold, in words. */
    private List<String> errors() {
        List<String> errors = new ArrayList<>();
        if (name.filter(String::isEmpty).isPresent()) {
            errors.add("the name is empty; an actor without one is started without calling name");
        }
        namespace.flatMap(given -> NameRules.wrong("a namespace", given)).ifPresent(errors::add);
        Needs.check(neededCpus(), gpus, errors);
        if (shareable && (exclusive || gpus > 0)) {
            errors.add("a shareable actor shares its worker, so it can neither be exclusive nor have GPUs");
        }
        errors.addAll(placement.build().errors());
        if (maxPendingCalls < 1 || maxPendingCalls > MOST_PENDING_CALLS) {
            errors.add("maxPendingCalls must be from 1 to " + MOST_PENDING_CALLS + ", not " + maxPendingCalls);
        }
        if (maxConcurrency < 1 || maxConcurrency > MOST_CONCURRENCY) {
            errors.add("maxConcurrency must be from 1 to " + MOST_CONCURRENCY + ", not " + maxConcurrency);
        }
        if (restarts < 0 || restarts > MOST_RESTARTS) {
            errors.add("restarts must be from 0 to " + MOST_RESTARTS + ", not " + restarts);
        }
        if (callRetries < 0 || callRetries > MOST_CALL_RETRIES) {
            errors.add("callRetries must be from 0 to " + MOST_CALL_RETRIES + ", not " + callRetries);
        }
        checkpointCalls
                .filter(calls -> calls < 1 || calls > MOST_CHECKPOINT_CALLS)
                .ifPresent(calls -> errors.add(
                        "checkpointEvery must be from 1 to " + MOST_CHECKPOINT_CALLS + " calls, not " + calls));
        checkpointInterval.ifPresent(interval -> PipelinePolicy.positive("checkpointEvery", interval, errors));
        PipelinePolicy.positive("restartWindow", restartWindow, errors);
        PipelinePolicy.positive("startTimeout", startTimeout, errors);
        Needs.checkArtifacts(artifacts, errors);
        return errors;
    }

    private double neededCpus() {
        return cpus.orElse(shareable ? 0 : 1);
    }
}
