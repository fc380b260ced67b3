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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A task from its submission to its result. What changes belongs to the workers of its shape, under their lock; its result, and
 * where it is, any thread may ask for.
 */
final class SubmittedTask implements ObjectMaker {
    private static final int MOST_UNDELIVERED = 3;

    private final String id;
    private final String name;
    private final TaskOptions options;
    private final ActorFunction function;
    private final long endNanos;
    private final CompletableFuture<KeptValue> result = new CompletableFuture<>();
    private volatile List<KeptValue> arguments = List.of();
    private long bytes;
    private int attempts;
    private int deaths;
    private int throwsSoFar;
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

    void give(List<KeptValue> values) {
        arguments = values;
        bytes = function.getSerializedSize();
        for (KeptValue value : values) {
            bytes += value.bytes();
        }
    }

    /** Its arguments are wanted no more, but whoever holds the result holds the task. */
    void forgetArguments() {
        arguments = List.of();
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

    /** Throws OBJECT_LOST where a file that one of its arguments is in has gone. */
    void requireArguments(ValueStore store) {
        List<KeptValue> given = arguments;
        for (int i = 0; i < given.size(); i++) {
            KeptValue value = given.get(i);
            if (!value.isElsewhere() && !store.isHere(value.message())) {
                throw error(
                        ErrorCode.OBJECT_LOST,
                        "%s was kept in %s, which is not there any more"
                                .formatted(
                                        argumentInWords(i),
                                        value.message().getStored().getPath()),
                        Optional.empty());
            }
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
        return deaths + throwsSoFar <= options.retries();
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
