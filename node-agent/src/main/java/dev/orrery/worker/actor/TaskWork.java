package dev.orrery.worker.actor;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.TaskInfo;
import dev.orrery.internal.proto.UnreadArgument;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.serial.StoredValues;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.store.StoreFolders;
import dev.orrery.internal.task.CurrentWork;
import dev.orrery.internal.transfer.FetchedValues;
import dev.orrery.internal.transfer.ObjectExchange;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.loading.FunctionLoader;
import dev.orrery.worker.loading.UserFunction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks, one at a time. One that nobody waits for any more is interrupted; if that does not end it, the process ends, as
 * nothing else would free what it holds.
 */
final class TaskWork implements UserWork {
    private static final Logger LOG = LoggerFactory.getLogger(TaskWork.class);
    private static final Duration INTERRUPT_PATIENCE = Duration.ofSeconds(5);

    private final ActorEnvironment environment;
    private final FunctionLoader functions;
    private final Arguments arguments;
    private final ValueCodec values;
    private final CallQueue queue;
    private final CallErrors errors;
    private final BooleanSupplier stopping;
    private final OwnJob job;
    private final ObjectExchange exchange;
    private final KeptResults results;

    /** @param results that no owner stores itself */
    TaskWork(
            ActorEnvironment environment,
            FunctionLoader functions,
            ValueCodec values,
            CallQueue queue,
            CallErrors errors,
            BooleanSupplier stopping,
            OwnJob job,
            ObjectExchange exchange,
            KeptResults results) {
        this.environment = environment;
        this.functions = functions;
        this.values = values;
        this.arguments = new Arguments(values);
        this.queue = queue;
        this.errors = errors;
        this.stopping = stopping;
        this.job = job;
        this.exchange = exchange;
        this.results = results;
    }

    @Override
    public void open() {
        // Tasks bring all that they need.
    }

    @Override
    public CompletableFuture<Void> run(PendingCall call) {
        TaskInfo info = call.request().getTask();
        RunningTask task = new RunningTask(info, job, Thread.currentThread());
        var unused = call.response().whenComplete((response, failure) -> interrupt(task));
        if (call.isOver()) {
            // It was cancelled in the last moment, and may have been interrupted before it began.
            task.end(queue);
            return ENDED;
        }
        CurrentWork.begin(task);
        Runnable answer;
        try {
            answer = outcome(call, info);
        } finally {
            CurrentWork.end();
            task.end(queue);
        }
        answer.run();
        return ENDED;
    }

    /** What is left to do once the task counts as ended. */
    private Runnable outcome(PendingCall call, TaskInfo info) {
        List<Value> sent = call.request().getArgumentsList();
        if (sent.stream().anyMatch(exchange::isOutOfReach)) {
            return () -> call.succeed(
                    ActorCallResponse.newBuilder().setElsewhere(true).build());
        }
        try (FetchedValues fetched = exchange.fetch("argument", sent)) {
            Map<Integer, OrreryException> unread = fetched.await();
            if (!unread.isEmpty()) {
                return () -> call.succeed(unread(unread));
            }
            return outcome(call, info, fetched.values());
        } catch (InterruptedException e) {
            return () -> call.fail(OrreryException.of(
                    ErrorCode.CANCELLED, "interrupted while its arguments were fetched from another host", e));
        } catch (OrreryException e) {
            return () -> call.fail(e);
        }
    }

    private static ActorCallResponse unread(Map<Integer, OrreryException> unread) {
        ActorCallResponse.Builder answer = ActorCallResponse.newBuilder();
        unread.forEach((index, why) ->
                answer.addUnread(UnreadArgument.newBuilder().setIndex(index).setError(ErrorCodec.toMessage(why))));
        return answer.build();
    }

    private Runnable outcome(PendingCall call, TaskInfo info, List<Value> sent) {
        Object[] given = {};
        try {
            UserFunction function = functions.load(call.request().getFunction());
            function.checkCreate(sent.size());
            given = arguments.read(sent, 0);
            Done done = run(function, given, info);
            return () -> answer(call, done);
        } catch (OrreryException e) {
            return () -> call.fail(e);
        } catch (RuntimeException | LinkageError e) {
            // A class of the user's does not fit to another, its static initialiser threw, a tensor was closed, ….
            OrreryException why = errors.taskThrew(info, "what the task needs", e);
            return () -> call.fail(why);
        } finally {
            Arguments.close(given, 0);
        }
    }

    /** @param kept where the result stays in this process's keeping */
    private record Done(ActorCallResponse response, Optional<KeptValue> kept) {}

    private Done run(UserFunction function, Object[] given, TaskInfo info) {
        long began = environment.clock().nanoTime();
        Object result;
        try {
            result = function.invoke(given);
        } catch (Throwable thrown) {
            Arguments.rethrowFatal(thrown);
            LOG.info(
                    "task {} ({}) threw {}",
                    info.getId(),
                    function.name(),
                    Failure.of(thrown).summary());
            throw stopping.getAsBoolean()
                    ? errors.stoppedInside(thrown)
                    : errors.taskThrew(info, function.name(), thrown);
        }
        long ran = environment.clock().nanoTime() - began;
        // The function may have interrupted its thread; what follows must not pay for it.
        Thread.interrupted();
        try {
            return done(
                    values.toMessage("the result of " + function.name(), result, bytes -> resultFile(info, bytes)),
                    ran);
        } finally {
            ValueCodec.release(result);
        }
    }

    /** With its owner, if that is on this host, otherwise here. */
    private Optional<Path> resultFile(TaskInfo info, long bytes) {
        return exchange.store()
                .folderOf(info.getResultHost(), info.getResultFoldersList(), bytes)
                .map(folder -> folder.resolve(StoreFolders.resultFile(info.getId(), info.getAttempt())))
                .or(() -> exchange.store().newFile(bytes));
    }

    private Done done(Value result, long ranNanos) {
        Optional<KeptValue> kept = exchange.store().adoptOwn(result);
        Value told = kept.map(own -> exchange.offered(own.message())).orElse(result);
        return new Done(
                ActorCallResponse.newBuilder()
                        .setResult(told)
                        .setRunNanos(ranNanos)
                        .build(),
                kept);
    }

    private void answer(PendingCall call, Done done) {
        Value result = done.response().getResult();
        // Before its owner can say that it needs it no more.
        done.kept().ifPresent(kept -> results.keep(call.caller(), StoredValues.name(result.getStored()), kept));
        if (call.succeed(done.response())) {
            return;
        }
        if (done.kept().isPresent()) {
            results.release(call.caller(), List.of(StoredValues.name(result.getStored())));
        } else {
            StoreFolders.discard(result);
        }
    }

    /** What waits behind it goes elsewhere, as nobody knows when it ends. */
    private void interrupt(RunningTask task) {
        Optional<List<PendingCall>> behind = task.interrupt(queue);
        if (behind.isEmpty()) {
            return;
        }
        behind.get().forEach(waiting -> waiting.fail(errors.notBegun()));
        try {
            var unused = environment
                    .timers()
                    .schedule(() -> giveUp(task), INTERRUPT_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the process ends, and the task with it", e);
        }
    }

    private void giveUp(RunningTask task) {
        if (!task.hasEnded() && !stopping.getAsBoolean()) {
            environment.fatal(Failure.of(OrreryException.of(
                    ErrorCode.CANCELLED,
                    "task %s (%s) was cancelled, or its time was over, and it did not end within %d s of its interruption"
                            .formatted(task.name(), task.task(), INTERRUPT_PATIENCE.toSeconds()))));
        }
    }

    @Override
    public void close() {
        // Nothing is kept between tasks.
    }
}
