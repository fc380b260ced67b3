package dev.orrery.benchmarks.core;

import dev.orrery.ActorRef;
import dev.orrery.ObjectRef;
import dev.orrery.Orrery;
import dev.orrery.PlacementGroup;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.IntFunction;

/**
 * Each test with this project, step by step; this process is the driver. On two cores Ray's own tests have one server, and four
 * clients where there are several. For one thread.
 */
final class OrrerySteps implements AutoCloseable {
    private static final int BATCH = 1_000;
    private static final int LARGE_BATCH = 5_000;
    private static final int TASKS_OF_CLIENT = 10_000;
    private static final int REFERENCES = 10_000;
    private static final int CLIENTS = 4;
    /** That wait at one server. */
    private static final int MOST_CALLS = 100_000;

    private static final int CONCURRENT = 16;
    /** Ray's default for actors whose methods are coroutines. */
    private static final int ASYNC_CONCURRENT = 1_000;

    private static final int GROUPS = 100;
    private static final int PUTTERS = 10;
    private static final int PUTS_OF_PUTTER = 100;
    private static final int TENSORS_OF_PUTTER = 10;
    private static final int ELEMENTS_OF_PUTTER = 10 << 20;
    private static final int ELEMENTS_OF_DRIVER = 100 << 20;
    /** 100 MB. */
    private static final int ELEMENTS = 12_500_000;

    private static final double BYTES_OF_GB = 1e9;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Orrery orrery;
    private final List<ActorRef<EchoActor>> servers;
    private final List<ActorRef<EchoActor>> asyncServers;
    private final ActorRef<EchoActor> concurrent;
    private final List<ActorRef<ClientActor>> clients = new ArrayList<>();
    private final ObjectRef<Integer> zero;
    private final ObjectRef<List<ObjectRef<Integer>>> references;
    private final Tensor large = zeros(ELEMENTS_OF_DRIVER);
    private final Tensor tensor = zeros(ELEMENTS);
    private final double[] array = new double[ELEMENTS];

    /** @param echo the first actor, for which the cluster was waited */
    OrrerySteps(Orrery orrery, ActorRef<EchoActor> echo) {
        this.orrery = orrery;
        this.servers = List.of(echo);
        this.concurrent = server(CONCURRENT);
        this.asyncServers = List.of(server(ASYNC_CONCURRENT));
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(orrery.actor(ClientActor::new).cpus(0).start());
        }
        this.zero = orrery.put(0);
        this.references = orrery.task(ClientTasks::references, REFERENCES).submit();
    }

    private ActorRef<EchoActor> server(int concurrency) {
        return orrery.actor(EchoActor::new)
                .cpus(0)
                .maxConcurrency(concurrency)
                .maxPendingCalls(MOST_CALLS)
                .start();
    }

    /** As the peer's are: memory that nobody wrote to. */
    private static Tensor zeros(int elements) {
        return Tensor.allocateLazily(DataType.FP64, bytes(elements), elements);
    }

    private static long bytes(long elements) {
        return elements * Double.BYTES;
    }

    /** Does one step of it and returns how much of its unit that was. */
    double step(CoreTest test) throws IOException, InterruptedException {
        return switch (test) {
            case GET -> require(1, zero.get() + 1);
            case PUT -> require(1, orrery.put(0).isDone() ? 1 : 0);
            case MULTI_PUT ->
                tasks(PUTTERS, PUTS_OF_PUTTER, i -> orrery.task(ClientTasks::put, PUTS_OF_PUTTER)
                        .submit());
            case PUT_LARGE -> putLarge();
            case MULTI_PUT_LARGE ->
                tasks(PUTTERS, TENSORS_OF_PUTTER, i -> orrery.task(
                                        ClientTasks::putTensors, TENSORS_OF_PUTTER, ELEMENTS_OF_PUTTER)
                                .submit())
                        * bytes(ELEMENTS_OF_PUTTER)
                        / BYTES_OF_GB;
            case TENSOR -> tensorThereAndBack();
            case ARRAY -> arrayThereAndBack();
            case TASKS_AND_GET ->
                require(BATCH, orrery.task(ClientTasks::submit, BATCH).submit().get()) / BATCH;
            case GET_REFERENCES -> require(REFERENCES, references.get().size()) / REFERENCES;
            case WAIT -> await();
            case TASK_SYNC -> require(1, Submissions.of(orrery, 1));
            case TASK_ASYNC -> require(BATCH, Submissions.of(orrery, BATCH));
            case PLACEMENT_GROUP -> createAndRemoveGroups();
            default -> call(test);
        };
    }

    private double call(CoreTest test) throws IOException, InterruptedException {
        return switch (test) {
            case MULTI_TASK_ASYNC -> clients(client -> client.call(ClientActor::submit, TASKS_OF_CLIENT));
            case ACTOR_SYNC -> require(1, Calls.toAll(servers, 1));
            case ACTOR_ASYNC -> require(BATCH, Calls.toAll(servers, BATCH));
            case ACTOR_CONCURRENT -> require(BATCH, Calls.toAll(List.of(concurrent), BATCH));
            case ONE_TO_N -> client(clients.get(0).call(ClientActor::callAll, servers, LARGE_BATCH), LARGE_BATCH);
            case N_TO_N ->
                tasks(CLIENTS, LARGE_BATCH, i -> orrery.task(ClientTasks::call, servers, LARGE_BATCH)
                        .submit());
            case N_TO_N_ARG -> client(clients.get(0).call(ClientActor::callAllWithArgument, servers, BATCH), BATCH);
            case ASYNC_ACTOR_SYNC -> require(1, Calls.toAllLater(asyncServers, 1));
            case ASYNC_ACTOR_ASYNC -> require(BATCH, Calls.toAllLater(asyncServers, BATCH));
            case ASYNC_ACTOR_ARG -> require(BATCH, Calls.toAllLaterWith(0, asyncServers, BATCH));
            case ASYNC_ONE_TO_N ->
                client(clients.get(0).call(ClientActor::callAllLater, asyncServers, LARGE_BATCH), LARGE_BATCH);
            case ASYNC_N_TO_N ->
                tasks(CLIENTS, LARGE_BATCH, i -> orrery.task(ClientTasks::callLater, asyncServers, LARGE_BATCH)
                        .submit());
            default -> throw new IllegalArgumentException("no step for " + test);
        };
    }

    private static double require(int expected, int found) throws IOException {
        if (found != expected) {
            throw new IOException("answered with " + found + ", not " + expected);
        }
        return expected;
    }

    /** @return of all together */
    private static double tasks(int count, int each, IntFunction<ObjectRef<Integer>> submit) throws IOException {
        List<ObjectRef<Integer>> open = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            open.add(submit.apply(i));
        }
        double done = 0;
        for (ObjectRef<Integer> one : open) {
            done += require(each, one.get());
        }
        return done;
    }

    private interface ClientCall {
        CompletableFuture<Integer> of(ActorRef<ClientActor> client);
    }

    private double clients(ClientCall call) throws IOException, InterruptedException {
        List<CompletableFuture<Integer>> open = clients.stream().map(call::of).toList();
        double done = 0;
        for (CompletableFuture<Integer> one : open) {
            done += client(one, TASKS_OF_CLIENT);
        }
        return done;
    }

    private static double client(CompletableFuture<Integer> call, int expected)
            throws IOException, InterruptedException {
        try {
            return require(expected, call.get());
        } catch (ExecutionException e) {
            throw new IOException("a client failed: " + e.getCause().getMessage(), e);
        }
    }

    private double createAndRemoveGroups() {
        List<PlacementGroup> groups = new ArrayList<>();
        for (int i = 0; i < GROUPS; i++) {
            groups.add(
                    orrery.placementGroup().bundle(bundle -> bundle.cpus(0.001)).create());
        }
        groups.forEach(group -> group.awaitReady(PATIENCE));
        groups.forEach(PlacementGroup::remove);
        return GROUPS;
    }

    /** All of them, the next one that is there at a time. */
    private double await() {
        List<ObjectRef<byte[]>> pending = Submissions.begun(orrery, BATCH);
        while (!pending.isEmpty()) {
            pending = orrery.waitFor(pending, 1, PATIENCE).pending();
        }
        return 1;
    }

    private double putLarge() throws IOException {
        ObjectRef<Tensor> ref = orrery.put(large);
        require(1, ref.isDone() ? 1 : 0);
        ref.release();
        return bytes(ELEMENTS_OF_DRIVER) / BYTES_OF_GB;
    }

    /** Neither side copies what it gets. */
    private double tensorThereAndBack() throws IOException {
        ObjectRef<Tensor> ref = orrery.put(tensor);
        try (Tensor found = ref.get()) {
            require(ELEMENTS, Math.toIntExact(found.elements()));
        }
        ref.release();
        return bytes(ELEMENTS) / BYTES_OF_GB;
    }

    private double arrayThereAndBack() throws IOException {
        ObjectRef<double[]> ref = orrery.put(array);
        require(ELEMENTS, ref.get().length);
        ref.release();
        return bytes(ELEMENTS) / BYTES_OF_GB;
    }

    @Override
    public void close() {
        large.close();
        tensor.close();
    }
}
