package dev.orrery.internal.task;

import dev.orrery.ObjectRef;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.ObjectLostException;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.CallOutcome;
import dev.orrery.internal.proto.ObjectReference;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.serial.InnerReferences;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.time.UserDurations;
import dev.orrery.internal.transfer.Hold;
import dev.orrery.internal.transfer.References;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What users hold of an object, here or of another process: the result of a task, or a value. */
final class ObjectHandle<T> implements ObjectRef<T> {
    /** The maker's own error, which comes at the end of its time, tells more than that of a wait. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    /** Each piece of it has its own deadline, which is the one that counts. */
    private static final Duration TRANSFER = Duration.ofDays(1);

    private final Set<Path> origins;
    private final ObjectReading reading;
    /** One may be here twice. */
    private final List<Runnable> watchers = new ArrayList<>(0);

    private Optional<CompletableFuture<KeptValue>> watched = Optional.empty();

    /** Replaced by what is left of it when it is released. */
    private volatile HeldObject held;

    /** @param origins where its class may be from */
    ObjectHandle(HeldObject held, Set<Path> origins, ObjectReading reading) {
        this.held = held;
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
        if (now.hold()) {
            return now;
        }
        // Another reference to it was released, and nobody had it any more.
        release();
        return hold();
    }

    /** As a value refers to it that this thread writes, for which it is held then. Throws OBJECT_RELEASED. */
    ObjectReference refer() {
        HeldObject now = hold();
        try {
            References references = reading.exchange().references();
            ObjectReference message;
            Hold hold;
            if (now.maker() instanceof BorrowedObject borrowed) {
                message = borrowed.reference();
                hold = references.take(List.of(message));
            } else {
                if (now.maker() instanceof ReleasedObject released) {
                    throw released.why();
                }
                message = references.of(now);
                hold = references.lend(now).orElseThrow();
            }
            InnerReferences.add(message, hold::letGo);
            return message;
        } finally {
            now.letGo();
        }
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
            CompletableFuture<KeptValue> now = arrival();
            if (!now.isDone()) {
                watchers.add(watcher);
                if (watched.filter(before -> before == now).isEmpty()) {
                    // Once: a future remembers for ever whoever has asked it. One that is lost is followed by another.
                    watched = Optional.of(now);
                    now.whenComplete((value, failure) -> tellWatchers());
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
            ObjectMaker maker = now.maker();
            long end = System.nanoTime() + timeout.toNanos();
            KeptValue value = await(maker, maker.result(), timeout.toNanos(), maker::whereabouts);
            while (true) {
                Value tried = value.message();
                try {
                    return readHere(maker, value, end, further);
                } catch (ObjectLostException e) {
                    // It may just have moved. Otherwise its maker knows whether there is a way to it still, and how
                    // often.
                    if (tried.equals(value.message())) {
                        value = await(maker, maker.resultAfter(value, e), left(end, further), maker::whereabouts);
                    }
                }
            }
        } finally {
            now.letGo();
        }
    }

    private static long left(long end, Duration further) {
        return Math.max(0, end - System.nanoTime()) + further.toNanos();
    }

    private T readHere(ObjectMaker maker, KeptValue value, long end, Duration further) {
        KeptValue here = reading.exchange().isReadable(value)
                ? value
                : await(
                        maker,
                        reading.exchange().readable(maker.product(), value),
                        left(end, further),
                        () -> "comes from another host");
        return read(maker, here);
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
        arriveFrom(now.maker().result(), outcome, now);
        return outcome;
    }

    private void arriveFrom(CompletableFuture<KeptValue> source, CallOutcome<T> outcome, HeldObject object) {
        source.whenComplete((value, failure) -> {
            if (failure != null || reading.exchange().isReadable(value)) {
                arrive(outcome, object, value, failure);
                return;
            }
            reading.exchange().readable(object.maker().product(), value).whenComplete((here, why) -> {
                if (why != null && ErrorCodec.unwrap(why) instanceof ObjectLostException lost) {
                    arriveFrom(object.maker().resultAfter(value, lost), outcome, object);
                } else {
                    arrive(outcome, object, here, why);
                }
            });
        });
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
                return ObjectHandle.this.read(object.maker(), value);
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
