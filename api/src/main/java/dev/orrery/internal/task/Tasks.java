package dev.orrery.internal.task;

import dev.orrery.Arg;
import dev.orrery.ObjectRef;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.ActorFunctions;
import dev.orrery.internal.client.ArtifactShipment;
import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.time.NanoClock;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
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
    private static final int LONG_DETAIL = 1_000;

    private final ClusterClient client;
    private final NanoClock clock;
    private final Map<TaskShape, LeasedWorkers> workers = new ConcurrentHashMap<>();
    /** For their arguments. */
    private final Set<SubmittedTask> waiting = ConcurrentHashMap.newKeySet();

    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong open = new AtomicLong();
    private final AtomicLong openBytes = new AtomicLong();
    private volatile boolean closed;
    private final long mostBytes = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;

    private record LeasedWorkers(WorkerLease lease, TaskWorkers workers) {}

    public Tasks(ClusterClient client) {
        this.client = client;
        this.clock = NanoClock.SYSTEM;
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
                client.store()::folders,
                clock.nanoTime());
        Set<Path> origins = new LinkedHashSet<>();
        addOrigin(function, origins);
        ArtifactShipment.origin(described.owner()).ifPresent(origins::add);
        List<CompletableFuture<KeptValue>> values = new ArrayList<>(arguments.size());
        for (Arg<?> argument : arguments) {
            values.add(value(task, codec, argument, values.size() + 1, origins));
        }
        List<KeptValue> own = own(arguments, values);
        TaskShape shape =
                new TaskShape(options.milliCpus(), options.gpus(), options.placement(), origins, options.artifacts());
        if (values.stream().allMatch(value -> value.isDone() && !value.isCompletedExceptionally())) {
            submit(shape, task, values, own);
        } else {
            await(shape, task, values, own);
        }
        return new OwnedObject<>(task, origins, codec, client.completions());
    }

    /** Throws NOT_SERIALIZABLE. */
    public <T> ObjectRef<T> put(T value) {
        String id = client.job().id() + "-" + numbers.incrementAndGet();
        Set<Path> origins = new LinkedHashSet<>();
        addOrigin(value, origins);
        ValueCodec codec = codec(value == null ? Object.class : value.getClass());
        PutObject object = PutObject.of(id, client.store().keep("the value of object " + id, value, codec));
        return new OwnedObject<>(object, origins, codec, client.completions());
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

    private CompletableFuture<KeptValue> value(
            SubmittedTask task, ValueCodec codec, Arg<?> argument, int number, Set<Path> origins) {
        String what = "argument " + number + " of " + task;
        if (argument instanceof Arg.Plain<?> given) {
            addOrigin(given.value(), origins);
            return CompletableFuture.completedFuture(client.store().keep(what, given.value(), codec));
        }
        if (argument instanceof OwnedObject<?> object) {
            origins.addAll(object.origins());
            return object.arrival().exceptionally(failure -> {
                throw failed(what + ", " + object + ", ", ErrorCodec.unwrap(failure));
            });
        }
        throw OrreryException.of(
                ErrorCode.INVALID_ARGUMENT,
                what + " is " + (argument == null ? "null; write Arg.of(null) for a null" : "no reference of Orrery's"),
                Map.of("task", task.id()));
    }

    /** The same as the argument's, first cause first. */
    private static OrreryException failed(String what, Throwable cause) {
        if (cause instanceof OrreryException known && known.detail().length() > LONG_DETAIL) {
            // A long chain would tell of all its links.
            return known;
        }
        return cause instanceof OrreryException known
                ? OrreryException.of(known.code(), what + "failed: " + known.detail(), known.ids(), known.failure())
                : OrreryException.of(ErrorCode.INTERNAL, what + "failed: " + cause, cause);
    }

    /** What is nobody else's. */
    private static List<KeptValue> own(List<Arg<?>> arguments, List<CompletableFuture<KeptValue>> values) {
        List<KeptValue> own = new ArrayList<>(values.size());
        for (int i = 0; i < values.size(); i++) {
            if (arguments.get(i) instanceof Arg.Plain<?>) {
                own.add(values.get(i).join());
            }
        }
        return own;
    }

    private void await(
            TaskShape shape, SubmittedTask task, List<CompletableFuture<KeptValue>> values, List<KeptValue> own) {
        waiting.add(task);
        var deadline = client.leader().schedule(task::expire, task.left().toNanos());
        task.result().whenComplete((value, failure) -> {
            waiting.remove(task);
            deadline.cancel(false);
            own.forEach(KeptValue::release);
        });
        // The first that fails is the cause, whatever becomes of the others. Not here and now: a chain may be long.
        values.forEach(value -> value.whenCompleteAsync(
                (none, failure) -> {
                    if (failure != null) {
                        task.end(ErrorCodec.unwrap(failure));
                    }
                },
                client.callbacks()));
        CompletableFuture.allOf(values.toArray(CompletableFuture<?>[]::new)).thenRun(() -> {
            waiting.remove(task);
            deadline.cancel(false);
            submit(shape, task, values, own);
        });
    }

    private void submit(
            TaskShape shape, SubmittedTask task, List<CompletableFuture<KeptValue>> values, List<KeptValue> own) {
        if (task.isOver()) {
            return;
        }
        task.give(values.stream().map(CompletableFuture::join).toList());
        long bytes = own.stream().mapToLong(KeptValue::bytes).sum();
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
        task.result().whenComplete((value, failure) -> {
            open.decrementAndGet();
            openBytes.addAndGet(-bytes);
            task.forgetArguments();
            own.forEach(KeptValue::release);
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
