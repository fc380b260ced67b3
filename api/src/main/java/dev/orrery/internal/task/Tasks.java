package dev.orrery.internal.task;

import dev.orrery.Arg;
import dev.orrery.ObjectRef;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.ActorFunctions;
import dev.orrery.internal.client.ArtifactShipment;
import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.serial.ValueCodec;
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

    private final ClusterClient client;
    private final NanoClock clock;
    private final Map<TaskShape, LeasedWorkers> workers = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong open = new AtomicLong();
    private final AtomicLong openBytes = new AtomicLong();
    private final long mostBytes = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;

    private record LeasedWorkers(WorkerLease lease, TaskWorkers workers) {}

    public Tasks(ClusterClient client) {
        this.client = client;
        this.clock = NanoClock.SYSTEM;
    }

    /** Throws INVALID_ARGUMENT or NOT_SERIALIZABLE. */
    public <R> ObjectRef<R> submit(TaskOptions options, Serializable function, List<Arg<?>> arguments) {
        ActorFunctions.Described described = client.functions().describe(function);
        ValueCodec codec = client.codec(described.owner().getClassLoader());
        SubmittedTask task = new SubmittedTask(
                client.job().id() + "-" + numbers.incrementAndGet(),
                options.name().orElse(described.name()),
                options,
                described.message(),
                clock.nanoTime());
        Set<Path> origins = new LinkedHashSet<>();
        ArtifactShipment.origin(function.getClass()).ifPresent(origins::add);
        ArtifactShipment.origin(described.owner()).ifPresent(origins::add);
        List<CompletableFuture<Value>> values = new ArrayList<>(arguments.size());
        for (Arg<?> argument : arguments) {
            values.add(value(task, codec, argument, values.size() + 1, origins));
        }
        TaskShape shape = new TaskShape(options.milliCpus(), options.gpus(), origins, options.artifacts());
        if (values.stream().allMatch(value -> value.isDone() && !value.isCompletedExceptionally())) {
            submit(shape, task, values);
        } else {
            await(shape, task, values);
        }
        return new OwnedObject<>(task, codec, client.completions());
    }

    private static CompletableFuture<Value> value(
            SubmittedTask task, ValueCodec codec, Arg<?> argument, int number, Set<Path> origins) {
        String what = "argument " + number + " of " + task;
        if (argument instanceof Arg.Plain<?> given) {
            if (given.value() != null) {
                ArtifactShipment.origin(given.value().getClass()).ifPresent(origins::add);
            }
            return CompletableFuture.completedFuture(codec.toMessage(what, given.value()));
        }
        if (argument instanceof OwnedObject<?> object) {
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
        return cause instanceof OrreryException known
                ? OrreryException.of(known.code(), what + "failed: " + known.detail(), known.ids(), known.failure())
                : OrreryException.of(ErrorCode.INTERNAL, what + "failed: " + cause, cause);
    }

    private void await(TaskShape shape, SubmittedTask task, List<CompletableFuture<Value>> values) {
        var deadline = client.leader().schedule(task::expire, task.left().toNanos());
        task.result().whenComplete((value, failure) -> deadline.cancel(false));
        CompletableFuture<?> all = CompletableFuture.allOf(values.toArray(CompletableFuture<?>[]::new));
        // The first that fails is the cause, whatever becomes of the others.
        values.forEach(value -> value.exceptionally(failure -> {
            task.end(ErrorCodec.unwrap(failure));
            return Value.getDefaultInstance();
        }));
        all.thenRun(() -> {
            deadline.cancel(false);
            submit(shape, task, values);
        });
    }

    private void submit(TaskShape shape, SubmittedTask task, List<CompletableFuture<Value>> values) {
        if (task.isOver()) {
            return;
        }
        task.give(values.stream().map(CompletableFuture::join).toList());
        long bytes = task.bytes();
        if (open.incrementAndGet() > MOST_OPEN || openBytes.addAndGet(bytes) > mostBytes) {
            task.end(OrreryException.of(
                    ErrorCode.TOO_MANY_TASKS,
                    "%s was not taken: %d tasks wait or run (at most %d, and with %d MB of arguments)"
                            .formatted(task, open.get() - 1, MOST_OPEN, mostBytes >> 20)));
        }
        task.result().whenComplete((value, failure) -> {
            open.decrementAndGet();
            openBytes.addAndGet(-bytes);
            // They are wanted no more, but whoever holds the result holds the task.
            task.give(List.of());
        });
        if (!task.isOver()) {
            workers(shape).submit(task);
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
        workers.values().forEach(leased -> {
            leased.workers().close();
            leased.lease().close();
        });
    }
}
