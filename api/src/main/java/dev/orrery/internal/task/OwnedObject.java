package dev.orrery.internal.task;

import dev.orrery.ObjectRef;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.CallOutcome;
import dev.orrery.internal.client.Completions;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.time.UserDurations;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The result of a task, as bytes, where the task was submitted. */
final class OwnedObject<T> implements ObjectRef<T> {
    /** A wait that is over sooner lends nothing: telling of it would cost more. */
    private static final long LEND_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final SubmittedTask task;
    private final ValueCodec codec;
    private final Completions completions;

    OwnedObject(SubmittedTask task, ValueCodec codec, Completions completions) {
        this.task = task;
        this.codec = codec;
        this.completions = completions;
    }

    /** Its bytes; fails with what the task failed with. */
    CompletableFuture<Value> arrival() {
        return task.result();
    }

    /** For people. */
    String maker() {
        return task.toString();
    }

    @Override
    public String id() {
        return task.id();
    }

    @Override
    public boolean isDone() {
        return arrival().isDone();
    }

    @Override
    public T get() {
        return read(await(task.left().plusSeconds(1)));
    }

    @Override
    public T get(Duration timeout) {
        return read(await(UserDurations.checked("timeout", timeout)));
    }

    // The function's own type; a wrong one shows where the value is used, as with any erased type.
    @SuppressWarnings("unchecked")
    private T read(Value value) {
        return (T) codec.fromMessage("the result of " + task.name(), value);
    }

    private Value await(Duration timeout) {
        try {
            return arrived(timeout.toNanos());
        } catch (ExecutionException e) {
            throw here(ErrorCodec.unwrap(e));
        } catch (TimeoutException e) {
            throw OrreryException.of(
                    ErrorCode.DEADLINE_EXCEEDED,
                    "waited %d ms for %s, which %s".formatted(timeout.toMillis(), task, task.whereabouts()),
                    Map.of("task", id()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OrreryException.of(ErrorCode.CANCELLED, "interrupted while waiting for " + task, e);
        }
    }

    private Value arrived(long nanos) throws ExecutionException, TimeoutException, InterruptedException {
        Optional<CurrentWork.Lender> lender = isDone() ? Optional.empty() : CurrentWork.lender();
        if (lender.isEmpty()) {
            return arrival().get(nanos, TimeUnit.NANOSECONDS);
        }
        if (nanos > LEND_AFTER_NANOS) {
            try {
                return arrival().get(LEND_AFTER_NANOS, TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                return arrivedLending(lender.get(), nanos - LEND_AFTER_NANOS);
            }
        }
        return arrivedLending(lender.get(), nanos);
    }

    private Value arrivedLending(CurrentWork.Lender lender, long nanos)
            throws ExecutionException, TimeoutException, InterruptedException {
        lender.lend();
        try {
            return arrival().get(nanos, TimeUnit.NANOSECONDS);
        } finally {
            lender.takeBack();
        }
    }

    /** With the stack of who waits. */
    private static RuntimeException here(Throwable cause) {
        if (!(cause instanceof OrreryException known)) {
            return cause instanceof RuntimeException unchecked
                    ? unchecked
                    : OrreryException.of(ErrorCode.INTERNAL, "unexpected " + cause, cause);
        }
        OrreryException here = OrreryException.of(known.code(), known.detail(), known.ids(), known.failure());
        here.addSuppressed(known);
        return here;
    }

    @Override
    public CompletableFuture<T> toFuture() {
        CallOutcome<T> outcome = new CallOutcome<>(completions, this::cancel);
        arrival().whenComplete((value, failure) -> {
            if (failure == null) {
                outcome.arrive(() -> read(value));
            } else {
                outcome.arriveFailed(ErrorCodec.unwrap(failure));
            }
        });
        return outcome;
    }

    @Override
    public boolean cancel() {
        return task.cancel();
    }

    @Override
    public String toString() {
        return "the result of " + task;
    }
}
