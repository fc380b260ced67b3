package dev.orrery;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.placement.PlacementRules;
import dev.orrery.internal.task.TaskOptions;
import dev.orrery.internal.task.Tasks;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Collects how a task is to be run. Not thread-safe. */
public final class TaskBuilder<R> {
    private static final int MOST_RETRIES = 1_000;

    private final Tasks tasks;
    private final Serializable function;
    private final List<Arg<?>> arguments;
    private final List<Path> artifacts = new ArrayList<>();
    private Optional<String> name = Optional.empty();
    private double cpus = 1;
    private double gpus;
    private final PlacementOptions.Builder placement = new PlacementOptions.Builder();
    private int retries = 3;
    private final List<Class<? extends Throwable>> retryOn = new ArrayList<>();
    private Duration timeout = Duration.ofHours(1);

    TaskBuilder(Tasks tasks, Serializable function, List<Arg<?>> arguments) {
        this.tasks = tasks;
        this.function = function;
        this.arguments = arguments;
    }

    /** For people. Default: the name of the function. */
    public TaskBuilder<R> name(String value) {
        name = Optional.of(Given.given("the name of a task", value));
        return this;
    }

    /** What placement sets aside for it; thousandths count. Default 1. */
    public TaskBuilder<R> cpus(double value) {
        cpus = value;
        return this;
    }

    /**
     * Whole GPUs, each a device of its own, or a part of one: with 0.25 four such workers share a device, and each sees that one only. A
     * part is accounting, as with {@link #memory}: nothing keeps it from using more of the device. Thousandths count; of more than
     * one only whole ones can be asked for. Default 0.
     */
    public TaskBuilder<R> gpus(double value) {
        gpus = value;
        return this;
    }

    /**
     * Bytes of its node's memory that placement sets aside for its worker. This is accounting, as in Ray: nothing keeps the
     * worker from using more. Default 0: its memory is not counted.
     */
    public TaskBuilder<R> memory(long bytes) {
        placement.memory(bytes);
        return this;
    }

    /**
     * How much of a resource that nodes name ({@code agent.resources}) placement sets aside for its worker; thousandths
     * count. May be called for several resources. Default: none.
     */
    public TaskBuilder<R> resource(String name, double amount) {
        placement.resource(name, amount);
        return this;
    }

    /**
     * Only a node with this label ({@code agent.labels}) will do; asked when a node is chosen. May be called several
     * times: the node must have all of them. Default: any node will do.
     */
    public TaskBuilder<R> label(String key, String value) {
        placement.label(key, value);
        return this;
    }

    /**
     * Only the node of this name will do: the task waits for room there, and fails with DOES_NOT_FIT while there is no such
     * node. Default: any node will do.
     */
    public TaskBuilder<R> onNode(String node) {
        placement.onNode(node);
        return this;
    }

    /**
     * Of the nodes that have room, the least loaded. Of this and {@link #pack} the last call counts. Default: the one
     * with the fewest actors and workers of tasks, of these the least loaded.
     */
    public TaskBuilder<R> spread() {
        placement.policy(PlacementPolicy.SPREAD);
        return this;
    }

    /** Of the nodes that have room, the most loaded, so that others stay free for what needs much. */
    public TaskBuilder<R> pack() {
        placement.policy(PlacementPolicy.PACK);
        return this;
    }

    /**
     * Takes the room of its worker from that of the group, in whichever bundle has some; it has to fit in one of them. It fails with
     * NOT_FOUND when the group is removed. With this, labels, {@link #onNode}, {@link #spread} and {@link #pack} are refused.
     * Default: in none.
     */
    public TaskBuilder<R> in(PlacementGroup group) {
        placement.in(group, OptionalInt.empty());
        return this;
    }

    /** As {@link #in(PlacementGroup)}, in the bundle of that number alone; DOES_NOT_FIT says what it holds. */
    public TaskBuilder<R> in(PlacementGroup group, int bundle) {
        placement.in(group, OptionalInt.of(bundle));
        return this;
    }

    /**
     * How often it is run again after its worker died, it threw one of {@link #retryOn}, or its large result was lost. So the
     * function may run more than once, also when its result was there, and must be safe to repeat. Default 3; with 0 it never runs
     * twice, and fails with WORKER_DIED although it may have run.
     */
    public TaskBuilder<R> retries(int value) {
        retries = value;
        return this;
    }

    /**
     * An exception of this class, or of a subclass that is known here, is worth another run, if it is what the function threw or a
     * cause of it. May be called several times. Default: none is.
     */
    public TaskBuilder<R> retryOn(Class<? extends Throwable> type) {
        retryOn.add(Given.given("an exception to retry on", type));
        return this;
    }

    /** From {@link #submit} to its result, waits for arguments and all its runs included: a millisecond to a year. Default 1 h. */
    public TaskBuilder<R> timeout(Duration value) {
        timeout = value;
        return this;
    }

    /** A jar with code that it uses, beside what the classes of its function and arguments were loaded from here. */
    public TaskBuilder<R> artifact(Path jar) {
        artifacts.add(Given.given("an artifact", jar));
        return this;
    }

    /**
     * Returns at once; the arguments were copied then. Throws INVALID_ARGUMENT, or NOT_SERIALIZABLE (an argument or what a lambda
     * captured); all else the {@link ObjectRef} tells.
     */
    public ObjectRef<R> submit() {
        List<String> errors = new ArrayList<>();
        Needs.check(cpus, gpus, errors);
        errors.addAll(placement.build().errors());
        if (retries < 0 || retries > MOST_RETRIES) {
            errors.add("retries must be from 0 to " + MOST_RETRIES + ", not " + retries);
        }
        PipelinePolicy.positive("timeout", timeout, errors);
        Needs.checkArtifacts(artifacts, errors);
        if (!errors.isEmpty()) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    String.join("; ", errors),
                    name.map(known -> Map.of("task", known)).orElse(Map.of()));
        }
        TaskOptions options = new TaskOptions(
                name,
                PlacementRules.milli(cpus),
                PlacementRules.milli(gpus),
                placement.build(),
                retries,
                retryOn,
                timeout,
                List.copyOf(artifacts));
        return tasks.submit(options, function, arguments);
    }
}
