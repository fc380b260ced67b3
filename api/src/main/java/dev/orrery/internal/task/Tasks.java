package dev.orrery.internal.task;

import dev.orrery.Arg;
import dev.orrery.ObjectRef;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.ActorFunctions;
import dev.orrery.internal.client.ArtifactShipment;
import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.proto.JobUsage;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.time.NanoClock;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The tasks of one client. Thread-safe. */
public final class Tasks implements AutoCloseable {
    static final int MOST_OPEN = 1_000_000;
    private static final int SHARE_OF_HEAP = 4;

    private final ClusterClient client;
    private final NanoClock clock;
    private final Map<TaskShape, LeasedWorkers> workers = new ConcurrentHashMap<>();
    /** For their arguments. */
    private final Set<SubmittedTask> waiting = ConcurrentHashMap.newKeySet();

    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong open = new AtomicLong();
    private final AtomicLong openBytes = new AtomicLong();
    private final TaskTally tally = new TaskTally();
    private volatile boolean closed;
    private final long mostBytes = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;

    private record LeasedWorkers(WorkerLease lease, TaskWorkers workers) {}

    public Tasks(ClusterClient client) {
        this.client = client;
        this.clock = NanoClock.SYSTEM;
        client.job().tell(() -> JobUsage.newBuilder()
                .addAllTasks(tally.tell())
                .setObjects(client.store().usage())
                .build());
    }

    /** Throws INVALID_ARGUMENT or NOT_SERIALIZABLE. */
    public <R> ObjectRef<R> submit(TaskOptions options, Serializable function, List<Arg<?>> arguments) {
        ActorFunctions.Described described = client.functions().describe(function);
        ValueCodec codec = codec(described.owner());
        SubmittedTask task = new SubmittedTask(
                client.job().id() + "-" + numbers.incrementAndGet(),
                options.name().orElse(described.name()),
                options,
                described.message(),
                clock.nanoTime());
        Set<Path> origins = new LinkedHashSet<>();
        addOrigin(function, origins);
        ArtifactShipment.origin(described.owner()).ifPresent(origins::add);
        TaskArguments given = given(task, codec, arguments, origins);
        String counted = tally.begun(task.name());
        task.result().whenComplete((value, failure) -> tally.ended(counted, failure == null));
        TaskShape shape = new TaskShape(
                options.milliCpus(), options.milliGpus(), options.placement(), origins, options.artifacts());
        HeldObject object = new HeldObject(task);
        begin(new SubmittedTask.Memory(shape, object, this::again), task, given);
        return new ObjectHandle<>(object, origins, reading(codec));
    }

    private void begin(SubmittedTask.Memory memory, SubmittedTask task, TaskArguments given) {
        task.begin(given, memory);
        if (given.areThere()) {
            submit(memory.shape(), task, given);
        } else {
            await(memory.shape(), task, given);
        }
    }

    /** Its result was lost. */
    private void again(SubmittedTask task, HeldObject object, TaskRecipe recipe) {
        try {
            begin(new SubmittedTask.Memory(recipe.shape(), object, this::again), task, recipe.arguments(this::make));
        } catch (OrreryException e) {
            // What it is made of is gone, or the client was closed.
            task.end(e);
        }
    }

    /** A result that something is made of again, and that nobody refers to. */
    private HeldObject make(TaskRecipe recipe) {
        SubmittedTask task = recipe.task(numbers.incrementAndGet(), clock.nanoTime());
        HeldObject object = new HeldObject(task);
        again(task, object, recipe);
        return object;
    }

    /** Throws NOT_SERIALIZABLE. */
    public <T> ObjectRef<T> put(T value) {
        String id = client.job().id() + "-" + numbers.incrementAndGet();
        Set<Path> origins = new LinkedHashSet<>();
        addOrigin(value, origins);
        ValueCodec codec = codec(value == null ? Object.class : value.getClass());
        PutObject object = PutObject.of(id, client.store().keep("the value of object " + id, value, codec));
        return new ObjectHandle<>(new HeldObject(object), origins, reading(codec));
    }

    private ObjectReading reading(ValueCodec codec) {
        return new ObjectReading(codec, client.completions(), client.exchange());
    }

    private static void addOrigin(Object value, Set<Path> origins) {
        if (value != null) {
            ArtifactShipment.origin(value.getClass()).ifPresent(origins::add);
        }
    }

    /** What a class of the JDK holds may be the user's: then this thread's loader knows it. */
    private ValueCodec codec(Class<?> type) {
        ClassLoader own = type.getClassLoader();
        return client.codec(own == null ? Thread.currentThread().getContextClassLoader() : own);
    }

    private TaskArguments given(SubmittedTask task, ValueCodec codec, List<Arg<?>> arguments, Set<Path> origins) {
        TaskArguments given = new TaskArguments(task.toString(), arguments.size());
        boolean whole = false;
        try {
            arguments.forEach(argument -> give(given, task, codec, argument, origins));
            whole = true;
            return given;
        } finally {
            if (!whole) {
                given.release();
            }
        }
    }

    private void give(TaskArguments given, SubmittedTask task, ValueCodec codec, Arg<?> argument, Set<Path> origins) {
        String what = "argument " + given.nextNumber() + " of " + task;
        if (argument instanceof Arg.Plain<?> plain) {
            addOrigin(plain.value(), origins);
            given.add(client.store().keep(what, plain.value(), codec));
        } else if (argument instanceof ObjectHandle<?> object) {
            origins.addAll(object.origins());
            given.addHeld(object.hold());
        } else {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    what + " is "
                            + (argument == null ? "null; write Arg.of(null) for a null" : "no reference of Orrery's"),
                    Map.of("task", task.id()));
        }
    }

    private void await(TaskShape shape, SubmittedTask task, TaskArguments given) {
        waiting.add(task);
        CompletableFuture<KeptValue> run = task.result();
        var deadline = client.leader().schedule(task::expire, task.left().toNanos());
        run.whenComplete((value, failure) -> {
            waiting.remove(task);
            deadline.cancel(false);
            task.settle(run);
        });
        List<CompletableFuture<KeptValue>> arrivals = given.arrivals();
        // The first that fails is the cause, whatever becomes of the others. Not here and now: a chain may be long.
        arrivals.forEach(value -> value.whenCompleteAsync(
                (none, failure) -> {
                    if (failure != null) {
                        task.end(ErrorCodec.unwrap(failure));
                    }
                },
                client.callbacks()));
        CompletableFuture.allOf(arrivals.toArray(CompletableFuture<?>[]::new)).thenRun(() -> {
            waiting.remove(task);
            deadline.cancel(false);
            submit(shape, task, given);
        });
    }

    private void submit(TaskShape shape, SubmittedTask task, TaskArguments given) {
        if (task.isOver()) {
            given.release();
            return;
        }
        task.give(given.values());
        long bytes = given.ownBytes();
        long number = open.incrementAndGet();
        long all = openBytes.addAndGet(bytes);
        if (closed) {
            task.end(OrreryException.of(ErrorCode.CANCELLED, "the client was closed"));
        } else if (number > MOST_OPEN || (number > 1 && all > mostBytes)) {
            task.end(OrreryException.of(
                    ErrorCode.TOO_MANY_TASKS,
                    "%s was not taken: %d tasks with %d MB of arguments wait or run (at most %d, and %d MB)"
                            .formatted(task, number - 1, (all - bytes) >> 20, MOST_OPEN, mostBytes >> 20)));
        }
        CompletableFuture<KeptValue> run = task.result();
        run.whenComplete((value, failure) -> {
            open.decrementAndGet();
            openBytes.addAndGet(-bytes);
            task.settle(run);
            task.filesLeft(failure == null).forEach(client.store()::removeLeft);
        });
        if (!task.isOver()) {
            TaskWorkers leased = workers(shape);
            if (closed) {
                leased.close();
            }
            leased.submit(task);
        }
    }

    private TaskWorkers workers(TaskShape shape) {
        LeasedWorkers known = workers.get(shape);
        return (known != null ? known : workers.computeIfAbsent(shape, this::lease)).workers();
    }

    private LeasedWorkers lease(TaskShape shape) {
        WorkerLease lease = new WorkerLease(client, shape);
        return new LeasedWorkers(lease, new TaskWorkers(client, lease::ask, clock));
    }

    /** Tasks that are not done fail with CANCELLED; their workers end with the job. Idempotent. */
    @Override
    public void close() {
        closed = true;
        waiting.forEach(task -> task.end(OrreryException.of(ErrorCode.CANCELLED, "the client was closed")));
        workers.values().forEach(leased -> {
            leased.workers().close();
            leased.lease().close();
        });
    }
}
