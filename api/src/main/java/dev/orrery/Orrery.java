package dev.orrery;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.function.ActorFactory0;
import dev.orrery.function.ActorFactory1;
import dev.orrery.function.ActorFactory2;
import dev.orrery.function.ActorFactory3;
import dev.orrery.function.ActorFactory4;
import dev.orrery.function.TaskAction0;
import dev.orrery.function.TaskAction1;
import dev.orrery.function.TaskAction2;
import dev.orrery.function.TaskAction3;
import dev.orrery.function.TaskAction4;
import dev.orrery.function.TaskFunction0;
import dev.orrery.function.TaskFunction1;
import dev.orrery.function.TaskFunction2;
import dev.orrery.function.TaskFunction3;
import dev.orrery.function.TaskFunction4;
import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.client.ActorStart;
import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.client.Deployment;
import dev.orrery.internal.client.GroupReserving;
import dev.orrery.internal.client.JobLease;
import dev.orrery.internal.client.OrreryAccess;
import dev.orrery.internal.client.WorldForming;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.task.ObjectReferences;
import dev.orrery.internal.task.ObjectWaits;
import dev.orrery.internal.task.Tasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A connection to a cluster, and the owner of the actors that are started through it. Thread-safe; make one for a process and
 * close it at the end.
 */
// A reference to a method that is not overloaded tells which is meant, and so does a lambda whose parameters have
// types.
@SuppressWarnings("overloads")
public final class Orrery implements AutoCloseable {
    private static final Duration DEPLOY_TIMEOUT = Duration.ofMinutes(3);
    private static final String SECRET_VARIABLE = "ORRERY_SECRET_FILE";

    static {
        OrreryAccess.offer(client -> new Orrery(client, OrreryOptions.DEFAULT_TIMEOUT));
    }

    private final ClusterClient client;
    private final Duration callTimeout;
    private final Duration gatewayTimeout;
    private final ActorStart actors;
    private final Tasks tasks;
    private final GroupReserving groups;

    private Orrery(ClusterClient client, Duration gatewayTimeout) {
        this.client = client;
        this.callTimeout = client.callTimeout();
        this.gatewayTimeout = gatewayTimeout;
        this.actors = new ActorStart(client, callTimeout);
        this.tasks = new Tasks(client);
        this.groups = new GroupReserving(client, callTimeout);
    }

    /** Connects to {@code orrery://host:port,host:port} with the secret that {@code ORRERY_SECRET_FILE} names. */
    public static Orrery connect(String address) {
        return connect(OrreryOptions.parse(address));
    }

    /** Does not wait for a head: the first call does. Throws INVALID_CONFIG when there is no secret. */
    public static Orrery connect(OrreryOptions options) {
        ClusterSecret secret = SecretFile.read(options.secretFile()
                .or(Orrery::environmentSecret)
                .orElseThrow(() -> OrreryException.of(
                        ErrorCode.INVALID_CONFIG,
                        "no cluster secret: set secretFile in the options or the variable " + SECRET_VARIABLE)));
        ClusterClient client = ClusterClient.open(new ClusterClient.Settings(
                secret,
                options.heads().stream().map(HostPort::parse).toList(),
                options.callTimeout(),
                List.of(),
                JobLease.programName(),
                options.namespace(),
                new ClusterClient.Storage.Own(options.objectAddress().map(HostPort::parse)),
                ObjectReferences::types));
        options.workerOutput().ifPresent(output -> client.showOutput(output.to(), output.linesPerSecond()));
        return new Orrery(client, options.gatewayTimeout());
    }

    private static Optional<Path> environmentSecret() {
        return Optional.ofNullable(System.getenv(SECRET_VARIABLE)).map(Path::of);
    }

    /** As {@link #deploy(Pipeline, Duration)}, for three minutes. */
    public PipelineRef deploy(Pipeline pipeline) {
        return deploy(pipeline, DEPLOY_TIMEOUT);
    }

    /**
     * Ships the pipeline's jars, starts its workers, and waits until it is RUNNING. Throws ALREADY_EXISTS,
     * DOES_NOT_FIT (with need and free per node), START_FAILED (a stage could not be constructed or opened: first cause
     * first) or DEADLINE_EXCEEDED; a pipeline that did not come up is taken away again.
     */
    public PipelineRef deploy(Pipeline pipeline, Duration timeout) {
        return new Deployment(client, callTimeout).deploy(pipeline, timeout);
    }

    /** A pipeline that was deployed before, here or elsewhere. Does not ask whether it exists; its first use does. */
    public PipelineRef pipeline(String name) {
        return new Deployment(client, callTimeout).pipeline(name, gatewayTimeout);
    }

    /**
     * An actor to start: an object made by {@code factory} in a worker of its own.
     *
     * @param factory usually a constructor reference; see {@link dev.orrery.function}
     */
    public <A> ActorBuilder<A> actor(ActorFactory0<A> factory) {
        return new ActorBuilder<>(actors, factory, List.of());
    }

    /** As {@link #actor(ActorFactory0)}; the arguments are copied when it starts. */
    public <X1, A> ActorBuilder<A> actor(ActorFactory1<X1, A> factory, X1 argument1) {
        return new ActorBuilder<>(actors, factory, Collections.singletonList(argument1));
    }

    /** As {@link #actor(ActorFactory0)}; the arguments are copied when it starts. */
    public <X1, X2, A> ActorBuilder<A> actor(ActorFactory2<X1, X2, A> factory, X1 argument1, X2 argument2) {
        return new ActorBuilder<>(actors, factory, Arrays.asList(argument1, argument2));
    }

    /** As {@link #actor(ActorFactory0)}; the arguments are copied when it starts. */
    public <X1, X2, X3, A> ActorBuilder<A> actor(
            ActorFactory3<X1, X2, X3, A> factory, X1 argument1, X2 argument2, X3 argument3) {
        return new ActorBuilder<>(actors, factory, Arrays.asList(argument1, argument2, argument3));
    }

    /** As {@link #actor(ActorFactory0)}; the arguments are copied when it starts. */
    public <X1, X2, X3, X4, A> ActorBuilder<A> actor(
            ActorFactory4<X1, X2, X3, X4, A> factory, X1 argument1, X2 argument2, X3 argument3, X4 argument4) {
        return new ActorBuilder<>(actors, factory, Arrays.asList(argument1, argument2, argument3, argument4));
    }

    /**
     * The actor of that name, in the {@linkplain #namespace namespace} of this connection, that lives now; of later ones of that name
     * it knows nothing. Throws NOT_FOUND, or ACTOR_DEAD with the cause when the last one of that name died and is not forgotten yet.
     *
     * @param type what the actor is, or a type that it has; finds the classes of results. That the actor has it shows at a
     *     call: INVALID_ARGUMENT
     */
    public <A> ActorRef<A> actor(String name, Class<A> type) {
        return actorIn(client.namespace(), name, type);
    }

    /** As {@link #actor(String, Class)}, in another namespace. */
    public <A> ActorRef<A> actorIn(String namespace, String name, Class<A> type) {
        return actors.find(
                Given.given("the namespace", namespace),
                Given.given("the name of an actor", name),
                Given.given("the type of an actor", type));
    }

    /** In which names of actors are given and found here; see {@link OrreryOptions.Builder#namespace}. */
    public String namespace() {
        return client.namespace();
    }

    /**
     * A task to submit: a function that is run once, in some worker.
     *
     * @param function usually a reference to a static method that is not overloaded; of one that is, write a lambda with types for
     *     its parameters. See {@link dev.orrery.function}
     */
    public <R> TaskBuilder<R> task(TaskFunction0<R> function) {
        return new TaskBuilder<>(tasks, function, List.of());
    }

    /** As {@link #task(TaskFunction0)}; the arguments are copied when it is submitted. */
    public <X1, R> TaskBuilder<R> task(TaskFunction1<X1, R> function, X1 argument1) {
        return new TaskBuilder<>(tasks, function, List.of(Arg.of(argument1)));
    }

    /** As {@link #task(TaskFunction0)}, with results of other tasks, once these are there. */
    public <X1, R> TaskBuilder<R> task(TaskFunction1<X1, R> function, Arg<? extends X1> argument1) {
        return new TaskBuilder<>(tasks, function, Arrays.asList(argument1));
    }

    /** As {@link #task(TaskFunction0)}; the arguments are copied when it is submitted. */
    public <X1, X2, R> TaskBuilder<R> task(TaskFunction2<X1, X2, R> function, X1 argument1, X2 argument2) {
        return new TaskBuilder<>(tasks, function, List.of(Arg.of(argument1), Arg.of(argument2)));
    }

    /** As {@link #task(TaskFunction0)}, with results of other tasks, once these are there. */
    public <X1, X2, R> TaskBuilder<R> task(
            TaskFunction2<X1, X2, R> function, Arg<? extends X1> argument1, Arg<? extends X2> argument2) {
        return new TaskBuilder<>(tasks, function, Arrays.asList(argument1, argument2));
    }

    /** As {@link #task(TaskFunction0)}; the arguments are copied when it is submitted. */
    public <X1, X2, X3, R> TaskBuilder<R> task(
            TaskFunction3<X1, X2, X3, R> function, X1 argument1, X2 argument2, X3 argument3) {
        return new TaskBuilder<>(tasks, function, List.of(Arg.of(argument1), Arg.of(argument2), Arg.of(argument3)));
    }

    /** As {@link #task(TaskFunction0)}, with results of other tasks, once these are there. */
    public <X1, X2, X3, R> TaskBuilder<R> task(
            TaskFunction3<X1, X2, X3, R> function,
            Arg<? extends X1> argument1,
            Arg<? extends X2> argument2,
            Arg<? extends X3> argument3) {
        return new TaskBuilder<>(tasks, function, Arrays.asList(argument1, argument2, argument3));
    }

    /** As {@link #task(TaskFunction0)}; the arguments are copied when it is submitted. */
    public <X1, X2, X3, X4, R> TaskBuilder<R> task(
            TaskFunction4<X1, X2, X3, X4, R> function, X1 argument1, X2 argument2, X3 argument3, X4 argument4) {
        return new TaskBuilder<>(
                tasks, function, List.of(Arg.of(argument1), Arg.of(argument2), Arg.of(argument3), Arg.of(argument4)));
    }

    /** As {@link #task(TaskFunction0)}, with results of other tasks, once these are there. */
    public <X1, X2, X3, X4, R> TaskBuilder<R> task(
            TaskFunction4<X1, X2, X3, X4, R> function,
            Arg<? extends X1> argument1,
            Arg<? extends X2> argument2,
            Arg<? extends X3> argument3,
            Arg<? extends X4> argument4) {
        return new TaskBuilder<>(tasks, function, Arrays.asList(argument1, argument2, argument3, argument4));
    }

    /** As {@link #task(TaskFunction0)}, for a void method. A lambda needs types for its parameters, to tell the two apart. */
    public TaskBuilder<Void> task(TaskAction0 function) {
        return new TaskBuilder<>(tasks, function, List.of());
    }

    /** As {@link #task(TaskAction0)}. */
    public <X1> TaskBuilder<Void> task(TaskAction1<X1> function, X1 argument1) {
        return new TaskBuilder<>(tasks, function, List.of(Arg.of(argument1)));
    }

    /** As {@link #task(TaskAction0)}, with results of other tasks, once these are there. */
    public <X1> TaskBuilder<Void> task(TaskAction1<X1> function, Arg<? extends X1> argument1) {
        return new TaskBuilder<>(tasks, function, Arrays.asList(argument1));
    }

    /** As {@link #task(TaskAction0)}. */
    public <X1, X2> TaskBuilder<Void> task(TaskAction2<X1, X2> function, X1 argument1, X2 argument2) {
        return new TaskBuilder<>(tasks, function, List.of(Arg.of(argument1), Arg.of(argument2)));
    }

    /** As {@link #task(TaskAction0)}, with results of other tasks, once these are there. */
    public <X1, X2> TaskBuilder<Void> task(
            TaskAction2<X1, X2> function, Arg<? extends X1> argument1, Arg<? extends X2> argument2) {
        return new TaskBuilder<>(tasks, function, Arrays.asList(argument1, argument2));
    }

    /** As {@link #task(TaskAction0)}. */
    public <X1, X2, X3> TaskBuilder<Void> task(
            TaskAction3<X1, X2, X3> function, X1 argument1, X2 argument2, X3 argument3) {
        return new TaskBuilder<>(tasks, function, List.of(Arg.of(argument1), Arg.of(argument2), Arg.of(argument3)));
    }

    /** As {@link #task(TaskAction0)}, with results of other tasks, once these are there. */
    public <X1, X2, X3> TaskBuilder<Void> task(
            TaskAction3<X1, X2, X3> function,
            Arg<? extends X1> argument1,
            Arg<? extends X2> argument2,
            Arg<? extends X3> argument3) {
        return new TaskBuilder<>(tasks, function, Arrays.asList(argument1, argument2, argument3));
    }

    /** As {@link #task(TaskAction0)}. */
    public <X1, X2, X3, X4> TaskBuilder<Void> task(
            TaskAction4<X1, X2, X3, X4> function, X1 argument1, X2 argument2, X3 argument3, X4 argument4) {
        return new TaskBuilder<>(
                tasks, function, List.of(Arg.of(argument1), Arg.of(argument2), Arg.of(argument3), Arg.of(argument4)));
    }

    /** As {@link #task(TaskAction0)}, with results of other tasks, once these are there. */
    public <X1, X2, X3, X4> TaskBuilder<Void> task(
            TaskAction4<X1, X2, X3, X4> function,
            Arg<? extends X1> argument1,
            Arg<? extends X2> argument2,
            Arg<? extends X3> argument3,
            Arg<? extends X4> argument4) {
        return new TaskBuilder<>(tasks, function, Arrays.asList(argument1, argument2, argument3, argument4));
    }

    /**
     * Makes an object of a value, which is copied to bytes once, however many tasks it is an argument of. A small one is kept in
     * this process, one of 128 KiB or more in a file that processes of this host read in place, for as long as the reference is and
     * this is open. Throws NOT_SERIALIZABLE, or CANCELLED when the thread is interrupted.
     */
    public <T> ObjectRef<T> put(T value) {
        return tasks.put(value);
    }

    /**
     * The values of all, in their order, as {@link ObjectRef#get()} gives each. Throws what the first of them that failed failed
     * with, or DEADLINE_EXCEEDED, which says how many are not there and where the first of these is.
     */
    public <T> List<T> get(List<? extends ObjectRef<? extends T>> refs, Duration timeout) {
        return ObjectWaits.get(Given.given("the references", refs), timeout);
    }

    /**
     * Waits until so many of them are there, or failed, or the time is over. As in {@link ObjectRef#get()}, others may have the
     * CPUs of a task or an actor that waits here. Throws INVALID_ARGUMENT for a count that is not from 1 to their number, CANCELLED
     * when the thread is interrupted.
     */
    public <T> Waited<T> waitFor(List<ObjectRef<T>> refs, int count, Duration timeout) {
        return ObjectWaits.await(Given.given("the references", refs), count, timeout);
    }

    /**
     * A placement group to create: room for actors and tasks, in bundles, that is set aside for them.
     *
     * @param name what others find it by while it is there: 1 to 64 letters, digits, dots, underscores and dashes, a letter or
     *     digit at both ends
     */
    public PlacementGroupBuilder placementGroup(String name) {
        return new PlacementGroupBuilder(groups, Optional.of(Given.given("the name of a placement group", name)));
    }

    /** As {@link #placementGroup(String)}, without a name. */
    public PlacementGroupBuilder placementGroup() {
        return new PlacementGroupBuilder(groups, Optional.empty());
    }

    /** The placement group of that name that is there now. Throws NOT_FOUND, with the cause when it was removed lately. */
    public PlacementGroup findPlacementGroup(String name) {
        PlacementGroupStatus found = groups.find(Given.given("the name of a placement group", name));
        return new ReservedGroup(groups, found.id(), found.name());
    }

    /** A world to form of actors. */
    public WorldBuilder world(String name) {
        return new WorldBuilder(new WorldForming(client, callTimeout), Given.given("the name of a world", name));
    }

    /**
     * The id of the job that this connection is, unique for ever: it owns the actors that are started here, but for
     * {@linkplain ActorBuilder#detached detached} ones, and the placement groups. {@code orrery jobs} lists it once it owns
     * something.
     */
    public String job() {
        return client.job().id();
    }

    /**
     * Ends the job, so that the actors that it owns are killed and its placement groups removed, and the connections; requests and calls that wait fail with
     * CANCELLED. Pipelines and detached actors go on. Idempotent. Takes a few seconds where no leader can be reached; then the
     * job ends with its lease.
     */
    @Override
    public void close() {
        tasks.close();
        client.close();
    }
}
