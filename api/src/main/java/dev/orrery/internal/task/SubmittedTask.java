package dev.orrery.internal.task;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.TaskInfo;
import dev.orrery.internal.serial.StoredValues;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.store.StoreFolders;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A task from its submission to its result. What changes belongs to the workers of its shape, under their lock; its result, and
 * where it is, any thread may ask for.
 */
final class SubmittedTask implements ObjectMaker {
    private final String id;
    private final String name;
    private final TaskOptions options;
    private final ActorFunction function;
    private final Supplier<List<Path>> resultFolders;
    private final long endNanos;
    private final CompletableFuture<KeptValue> result = new CompletableFuture<>();
    private List<KeptValue> arguments = List.of();
    private long bytes;
    private int attempts;
    private int deaths;
    private int throwsSoFar;
    private boolean suspect;
    private long expectedNanos;
    private volatile Supplier<String> whereabouts = () -> "waits for its arguments";

    /** @param resultFolders where a large result may be stored, the best first; asked for each run */
    SubmittedTask(
            String id,
            String name,
            TaskOptions options,
            ActorFunction function,
            Supplier<List<Path>> resultFolders,
            long nowNanos) {
        this.id = id;
        this.name = name;
        this.options = options;
        this.function = function;
        this.resultFolders = resultFolders;
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

    /**
     * For its next run. Throws OBJECT_LOST.
     *
     * @param elsewhere on another host than this
     */
    ActorCallRequest.Builder request(boolean elsewhere) {
        List<KeptValue> given = arguments;
        ActorCallRequest.Builder request = ActorCallRequest.newBuilder().setFunction(function);
        for (int i = 0; i < given.size(); i++) {
            KeptValue value = given.get(i);
            request.addArguments(
                    elsewhere ? value.inline("argument %d of %s".formatted(i + 1, this)) : value.message());
        }
        TaskInfo.Builder info = TaskInfo.newBuilder().setId(id).setName(name).setAttempt(attempts + 1);
        if (!elsewhere) {
            resultFolders.get().forEach(folder -> info.addResultFolders(folder.toString()));
        }
        return request.setTask(info);
    }

    /** Why it never runs, where a file that an argument is in has gone. */
    Optional<OrreryException> lostArgument() {
        return StoredValues.areHere(arguments.stream().map(KeptValue::message).toList())
                ? Optional.empty()
                : Optional.of(error(
                        ErrorCode.OBJECT_LOST,
                        "an argument of " + this + " was kept in a file that is not there any more",
                        Optional.empty()));
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
