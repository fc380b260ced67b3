package dev.orrery.internal.task;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.TaskInfo;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.store.StoreFolders;
import dev.orrery.internal.store.ValueStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task from its submission to its result. What changes belongs to the workers of its shape, under their lock; its result, and
 * where it is, any thread may ask for.
 */
final class SubmittedTask implements ObjectMaker {
    private static final Logger LOG = LoggerFactory.getLogger(SubmittedTask.class);
    private static final int MOST_UNDELIVERED = 3;

    private final String id;
    private final String name;
    private final TaskOptions options;
    private final ActorFunction function;
    private volatile List<KeptValue> arguments = List.of();
    private long bytes;
    private volatile CompletableFuture<KeptValue> result = new CompletableFuture<>();
    private volatile long endNanos;
    private volatile TaskArguments given = TaskArguments.NONE;
    private volatile Optional<TaskRecipe> recipe = Optional.empty();
    private volatile Optional<Memory> memory = Optional.empty();
    private int attempts;
    private int deaths;
    private int throwsSoFar;
    private int rebuilds;
    private boolean suspect;
    private long expectedNanos;
    private final AtomicInteger undelivered = new AtomicInteger();
    private volatile Supplier<String> whereabouts = () -> "waits for its arguments";

    SubmittedTask(String id, String name, TaskOptions options, ActorFunction function, long nowNanos) {
        this.id = id;
        this.name = name;
        this.options = options;
        this.function = function;
        this.endNanos = nowNanos + options.timeout().toNanos();
    }

    @Override
    public String id() {
        return id;
    }

    /** Of the function, or as it was given. */
    String name() {
        return name;
    }

    TaskOptions options() {
        return options;
    }

    @Override
    public CompletableFuture<KeptValue> result() {
        return result;
    }

    long endNanos() {
        return endNanos;
    }

    /** Of its time. */
    @Override
    public Duration left() {
        return Duration.ofNanos(Math.max(1, endNanos - System.nanoTime()));
    }

    /** Runs a task once more. */
    @FunctionalInterface
    interface Remaking {
        void again(SubmittedTask task, HeldObject object, TaskRecipe recipe);
    }

    /**
     * What may be needed to run it once more.
     *
     * @param object what others hold of it
     */
    record Memory(TaskShape shape, HeldObject object, Remaking remaking) {}

    /** @param next what its next run is given */
    void begin(TaskArguments next, Memory all) {
        given = next;
        memory = Optional.of(all);
    }

    void give(List<KeptValue> values) {
        arguments = List.copyOf(values);
        bytes = function.getSerializedSize();
        for (KeptValue value : values) {
            bytes += value.bytes();
        }
    }

    /**
     * A run of it is over: its arguments are wanted no more, unless its result may be lost. Idempotent.
     *
     * @param run its result
     */
    synchronized void settle(CompletableFuture<KeptValue> run) {
        TaskArguments last = given;
        if (run != result || last == TaskArguments.NONE) {
            // It was lost already, and is being made again; or that was done.
            return;
        }
        boolean losable = options.retries() > 0
                && !run.isCompletedExceptionally()
                && run.join().message().hasStored();
        recipe = losable ? memory.map(known -> recipe(known, last)) : Optional.empty();
        arguments = List.of();
        given = TaskArguments.NONE;
        if (losable) {
            last.releaseObjects();
        } else {
            last.release();
        }
    }

    private TaskRecipe recipe(Memory known, TaskArguments last) {
        return new TaskRecipe(id, name, options, function, known.shape(), last.ingredients(), known.object());
    }

    @Override
    public Optional<TaskRecipe> recipe() {
        return recipe;
    }

    @Override
    public CompletableFuture<KeptValue> resultAfter(KeptValue lost, OrreryException why) {
        CompletableFuture<KeptValue> fresh = new CompletableFuture<>();
        Optional<TaskRecipe> known;
        synchronized (this) {
            boolean newest = result.isDone()
                    && !result.isCompletedExceptionally()
                    && result.join().equals(lost);
            if (!newest) {
                return result;
            }
            settle(result);
            known = recipe;
            rebuilds++;
            if (known.isEmpty() || !mayRepeat()) {
                return CompletableFuture.failedFuture(error(
                        ErrorCode.OBJECT_LOST,
                        "%s; %s made it, and is not run again (retries: %d)"
                                .formatted(why.detail(), this, options.retries()),
                        why.failure()));
            }
            attempts++;
            endNanos = System.nanoTime() + options.timeout().toNanos();
            result = fresh;
        }
        LOG.warn("{} is run again, as its result was lost: {}", this, why.detail());
        lost.release();
        Memory all = memory.orElseThrow();
        all.remaking().again(this, all.object(), known.get());
        return fresh;
    }

    /** For its next run. Throws OBJECT_LOST or TENSOR_TOO_LARGE. */
    ActorCallRequest.Builder request(Delivery delivery) {
        List<KeptValue> given = arguments;
        ActorCallRequest.Builder request = ActorCallRequest.newBuilder().setFunction(function);
        for (int i = 0; i < given.size(); i++) {
            request.addArguments(delivery.message(this, i, given.get(i)));
        }
        TaskInfo.Builder info = TaskInfo.newBuilder().setId(id).setName(name).setAttempt(attempts + 1);
        if (delivery.isInPlace()) {
            info.setResultHost(delivery.store().host());
            delivery.store().folders().forEach(folder -> info.addResultFolders(folder.toString()));
        }
        return request.setTask(info);
    }

    /** Throws PROTOCOL where there is none of that number, and CANCELLED where it needs none any more. */
    KeptValue argument(int index) {
        List<KeptValue> given = arguments;
        if (given.isEmpty() && isOver()) {
            throw error(ErrorCode.CANCELLED, this + " is over", Optional.empty());
        }
        if (index < 0 || index >= given.size()) {
            throw error(ErrorCode.PROTOCOL, this + " has no argument " + (index + 1), Optional.empty());
        }
        return given.get(index);
    }

    /** For errors. */
    String argumentInWords(int index) {
        return "argument %d of %s".formatted(index + 1, this);
    }

    /** Those whose file has gone, by their numbers from 0 on, and why. */
    Map<Integer, OrreryException> goneArguments(ValueStore store) {
        List<KeptValue> now = arguments;
        Map<Integer, OrreryException> gone = new TreeMap<>();
        for (int i = 0; i < now.size(); i++) {
            KeptValue value = now.get(i);
            if (!value.isElsewhere() && !store.isHere(value.message())) {
                gone.put(
                        i,
                        error(
                                ErrorCode.OBJECT_LOST,
                                "%s was kept in %s, which is not there any more"
                                        .formatted(
                                                argumentInWords(i),
                                                value.message().getStored().getPath()),
                                Optional.empty()));
            }
        }
        return gone;
    }

    /** Completes once that argument is there again; fails where there is no way. */
    CompletableFuture<Void> renewArgument(int index, KeptValue lost, OrreryException why) {
        return given.after(index, lost, why).thenAccept(value -> replaceArgument(index, value));
    }

    private synchronized void replaceArgument(int index, KeptValue value) {
        List<KeptValue> changed = new ArrayList<>(arguments);
        if (index < changed.size()) {
            changed.set(index, value);
            arguments = changed;
        }
    }

    /** An argument did not reach its worker although that is not known to be in vain. */
    boolean mayBeDeliveredAgain() {
        return undelivered.incrementAndGet() <= MOST_UNDELIVERED;
    }

    /** What runs whose answer did not come may have stored, once it is over. */
    List<String> filesLeft(boolean succeeded) {
        return IntStream.rangeClosed(1, succeeded ? attempts : attempts + 1)
                .mapToObj(attempt -> StoreFolders.resultFile(id, attempt))
                .toList();
    }

    /** Of its function and arguments. */
    long bytes() {
        return bytes;
    }

    /** It may have run, and runs once more. */
    void countAttempt() {
        attempts++;
    }

    /**
     * Returns whether it may run again.
     *
     * @param alone whether the worker that died had nothing else; otherwise it may not have been this task's fault
     */
    boolean survivesDeath(boolean alone) {
        if (alone) {
            deaths++;
        }
        return options.retries() > 0 && mayRepeat();
    }

    /** It threw what is worth another run. Returns whether it may run again. */
    boolean survivesThrow() {
        throwsSoFar++;
        return mayRepeat();
    }

    private boolean mayRepeat() {
        return deaths + throwsSoFar + rebuilds <= options.retries();
    }

    int deaths() {
        return deaths;
    }

    /** It was among what a worker had that died, so it is alone with the next one. */
    void suspect() {
        suspect = true;
    }

    boolean isSuspect() {
        return suspect;
    }

    /** How long it is likely to run. */
    long expectedNanos() {
        return expectedNanos;
    }

    void expect(long nanos) {
        expectedNanos = nanos;
    }

    @Override
    public String whereabouts() {
        return whereabouts.get();
    }

    void isNow(Supplier<String> where) {
        whereabouts = where;
    }

    boolean isOver() {
        return result.isDone();
    }

    @Override
    public boolean cancel() {
        return result.completeExceptionally(error(ErrorCode.CANCELLED, this + " was cancelled", Optional.empty()));
    }

    /** Its time is over. */
    void expire() {
        result.completeExceptionally(error(
                ErrorCode.DEADLINE_EXCEEDED,
                "%s was not done in %d ms; it %s"
                        .formatted(this, options.timeout().toMillis(), whereabouts()),
                Optional.empty()));
    }

    /** What it is made of did not come, or not in its time. */
    void endMending(Throwable why) {
        if (why instanceof TimeoutException) {
            expire();
        } else {
            end(why);
        }
    }

    /** With an exception of its own, as several tasks may fail for one reason. */
    void end(Throwable why) {
        result.completeExceptionally(
                why instanceof OrreryException known ? error(known.code(), known.detail(), known.failure()) : why);
    }

    OrreryException error(ErrorCode code, String message, Optional<Failure> failure) {
        return OrreryException.of(code, message, Map.of("task", id), failure);
    }

    @Override
    public String product() {
        return "the result of " + this;
    }

    @Override
    public String toString() {
        return "task " + name;
    }
}
