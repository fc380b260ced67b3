package dev.orrery.internal.task;

import dev.orrery.ObjectRef;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.CallOutcome;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.time.UserDurations;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The result of a task, or a value, as bytes, which belong to whoever submitted or put it. */
final class OwnedObject<T> implements ObjectRef<T> {
    /** The maker's own error, which comes at the end of its time, tells more than that of a wait. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    /** Each piece of it has its own deadline, which is the one that counts. */
    private static final Duration TRANSFER = Duration.ofDays(1);

    private final Set<Path> origins;
    private final ObjectReading reading;
    /** One may be here twice. */
    private final List<Runnable> watchers = new ArrayList<>(0);

    private boolean watched;

    /** Replaced by what is left of it when it is released. */
    private volatile HeldObject held;

    /** @param origins where its class may be from */
    OwnedObject(ObjectMaker maker, Set<Path> origins, ObjectReading reading) {
        this.held = new HeldObject(maker);
        this.origins = origins;
        this.reading = reading;
    }

    private ObjectMaker maker() {
        return held.maker();
    }

    /** Its bytes; fails with what its maker failed with. */
    CompletableFuture<KeptValue> arrival() {
        return maker().result();
    }

    /** To be let go: until then its value stays, whether it is released or not. */
    HeldObject hold() {
        HeldObject now = held;
        while (!now.hold()) {
            // It was released meanwhile.
            now = held;
        }
        return now;
    }

    @Override
    public void release() {
        HeldObject last;
        synchronized (this) {
            if (maker() instanceof ReleasedObject) {
                return;
            }
            last = held;
            held = new HeldObject(ReleasedObject.of(last.maker()));
        }
        last.giveUp();
    }

    /** Runs it once it is there or failed, here and now if it is; does not forget it before {@link #unwatch}. */
    void watch(Runnable watcher) {
        synchronized (this) {
            if (!isDone()) {
                watchers.add(watcher);
                if (!watched) {
                    // Once: a future remembers for ever whoever has asked it.
                    watched = true;
                    arrival().whenComplete((value, failure) -> tellWatchers());
                }
                return;
            }
        }
        watcher.run();
    }

    synchronized void unwatch(Runnable watcher) {
        watchers.remove(watcher);
    }

    private void tellWatchers() {
        List<Runnable> all;
        synchronized (this) {
            all = List.copyOf(watchers);
        }
        all.forEach(Runnable::run);
    }

    /** Where its class may be from. */
    Set<Path> origins() {
        return origins;
    }

    /** Why a wait for it was in vain. */
    String whereabouts() {
        ObjectMaker maker = maker();
        return maker.product() + ", which " + maker.whereabouts();
    }

    @Override
    public String id() {
        return maker().id();
    }

    @Override
    public boolean isDone() {
        return arrival().isDone();
    }

    /** While its bytes come from another host, the transfer of each piece bounds the wait. */
    @Override
    public T get() {
        return await(maker().left().plus(SLACK), TRANSFER);
    }

    @Override
    public T get(Duration timeout) {
        return await(UserDurations.checked("timeout", timeout), Duration.ZERO);
    }

    /** @param further time for its bytes to come from another host */
    private T await(Duration timeout, Duration further) {
        HeldObject now = hold();
        try {
            long end = System.nanoTime() + timeout.toNanos();
            ObjectMaker maker = now.maker();
            KeptValue value = await(maker, maker.result(), timeout.toNanos(), maker::whereabouts);
            if (!reading.exchange().isReadable(value)) {
                long left = Math.max(0, end - System.nanoTime()) + further.toNanos();
                value = await(
                        maker,
                        reading.exchange().readable(maker.product(), value),
                        left,
                        () -> "comes from another host");
            }
            return read(maker, value);
        } finally {
            now.letGo();
        }
    }

    private KeptValue await(
            ObjectMaker maker, CompletableFuture<KeptValue> event, long nanos, Supplier<String> whereabouts) {
        try {
            if (!event.isDone() && !UserWait.await(UserWait.doneOf(event), nanos)) {
                throw OrreryException.of(
                        ErrorCode.DEADLINE_EXCEEDED,
                        "waited %d ms for %s, which %s"
                                .formatted(TimeUnit.NANOSECONDS.toMillis(nanos), maker.product(), whereabouts.get()),
                        Map.of("task", maker.id()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OrreryException.of(ErrorCode.CANCELLED, "interrupted while waiting for " + this, e);
        }
        try {
            return event.join();
        } catch (CompletionException e) {
            throw here(ErrorCodec.unwrap(e));
        }
    }

    // The function's own type; a wrong one shows where the value is used, as with any erased type.
    @SuppressWarnings("unchecked")
    private T read(ObjectMaker maker, KeptValue value) {
        try {
            return (T) reading.codec().fromMessage(maker.product(), value.message());
        } finally {
            // Its file would go with it.
            Reference.reachabilityFence(value);
        }
    }

    /** With the stack of who waits. */
    private static RuntimeException here(Throwable cause) {
        if (!(cause instanceof OrreryException known)) {
            return cause instanceof RuntimeException unchecked
                    ? unchecked
                    : OrreryException.of(ErrorCode.INTERNAL, "unexpected " + cause, cause);
        }
        OrreryException here = ErrorCodec.anew(known);
        here.addSuppressed(known);
        return here;
    }

    @Override
    public CompletableFuture<T> toFuture() {
        HeldObject now = hold();
        CallOutcome<T> outcome = new CallOutcome<>(reading.completions(), this::cancel);
        now.maker().result().whenComplete((value, failure) -> {
            if (failure == null && !reading.exchange().isReadable(value)) {
                reading.exchange()
                        .readable(now.maker().product(), value)
                        .whenComplete((here, lost) -> arrive(outcome, now, here, lost));
            } else {
                arrive(outcome, now, value, failure);
            }
        });
        return outcome;
    }

    private void arrive(CallOutcome<T> outcome, HeldObject object, KeptValue value, Throwable failure) {
        if (failure == null) {
            outcome.arrive(new Reading(object, value));
        } else {
            object.letGo();
            outcome.arriveFailed(ErrorCodec.unwrap(failure));
        }
    }

    /** Once, whether anybody waits still or not. */
    private final class Reading implements CallOutcome.Reading<T> {
        private final HeldObject object;
        private final KeptValue value;

        Reading(HeldObject object, KeptValue value) {
            this.object = object;
            this.value = value;
        }

        @Override
        public T read() {
            try {
                return OwnedObject.this.read(object.maker(), value);
            } finally {
                object.letGo();
            }
        }

        @Override
        public void release(T result) {
            ValueCodec.release(result);
        }
    }

    @Override
    public boolean cancel() {
        return maker().cancel();
    }

    @Override
    public String toString() {
        return maker().product();
    }
}
