package dev.orrery.internal.task;

import dev.orrery.ObjectRef;
import dev.orrery.Waited;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.time.UserDurations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits for several objects at once. */
public final class ObjectWaits {
    private ObjectWaits() {}

    /** Throws INVALID_ARGUMENT, or CANCELLED when the thread is interrupted. */
    public static <T> Waited<T> await(List<ObjectRef<T>> refs, int count, Duration timeout) {
        UserDurations.checked("timeout", timeout);
        if (count < 1 || count > refs.size()) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "wait for 1 to %d of %d objects, not for %d".formatted(refs.size(), refs.size(), count));
        }
        List<ObjectHandle<T>> objects = refs.stream().map(ObjectWaits::handle).toList();
        List<ObjectHandle<T>> undone =
                objects.stream().filter(object -> !object.isDone()).toList();
        int missing = count - (objects.size() - undone.size());
        if (missing > 0) {
            watch(undone, missing, timeout);
        }
        List<ObjectRef<T>> done = new ArrayList<>();
        List<ObjectRef<T>> pending = new ArrayList<>();
        objects.forEach(object -> (object.isDone() ? done : pending).add(object));
        return new Waited<>(done, pending);
    }

    private static <T> void watch(List<ObjectHandle<T>> undone, int missing, Duration timeout) {
        CountDownLatch enough = new CountDownLatch(missing);
        Runnable watcher = enough::countDown;
        undone.forEach(object -> object.watch(watcher));
        try {
            UserWait.await(nanos -> enough.await(nanos, TimeUnit.NANOSECONDS), timeout.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OrreryException.of(
                    ErrorCode.CANCELLED,
                    "interrupted while waiting for %d of %d objects".formatted(missing, undone.size()),
                    e);
        } finally {
            undone.forEach(object -> object.unwatch(watcher));
        }
    }

    /** The values of all. Throws what the first of them that failed failed with, or DEADLINE_EXCEEDED. */
    public static <T> List<T> get(List<? extends ObjectRef<? extends T>> refs, Duration timeout) {
        if (refs.isEmpty()) {
            return List.of();
        }
        Waited<T> waited = await(refs.stream().map(ObjectWaits::<T>asProducer).toList(), refs.size(), timeout);
        if (!waited.pending().isEmpty()) {
            throw OrreryException.of(
                    ErrorCode.DEADLINE_EXCEEDED,
                    "waited %d ms for %d objects; %d are not there, the first of these is %s"
                            .formatted(
                                    timeout.toMillis(),
                                    refs.size(),
                                    waited.pending().size(),
                                    handle(waited.pending().get(0)).whereabouts()));
        }
        List<T> values = new ArrayList<>(refs.size());
        try {
            refs.forEach(ref -> values.add(ref.get()));
            return values;
        } catch (RuntimeException e) {
            values.forEach(ValueCodec::release);
            throw e;
        }
    }

    // A reference only gives values.
    @SuppressWarnings("unchecked")
    private static <T> ObjectRef<T> asProducer(ObjectRef<? extends T> ref) {
        return (ObjectRef<T>) ref;
    }

    static <T> ObjectHandle<T> handle(ObjectRef<T> ref) {
        if (ref instanceof ObjectHandle<T> object) {
            return object;
        }
        throw OrreryException.of(
                ErrorCode.INVALID_ARGUMENT, ref == null ? "a reference is null" : ref + " is no reference of Orrery's");
    }
}
