package dev.orrery.internal.task;

import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A wait of the user's code. In a worker others may have its CPUs meanwhile. */
final class UserWait {
    /** A wait that is over sooner lends nothing: telling of it would cost more. */
    private static final long LEND_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Something that is waited for. */
    @FunctionalInterface
    interface Event {
        /** Returns whether it has come within that time. */
        boolean await(long nanos) throws InterruptedException;
    }

    private UserWait() {}

    /** Returns whether it has come within that time. */
    static boolean await(Event event, long nanos) throws InterruptedException {
        Optional<CurrentWork.Lender> lender = CurrentWork.lender();
        if (lender.isEmpty()) {
            return event.await(nanos);
        }
        long first = Math.min(nanos, LEND_AFTER_NANOS);
        if (event.await(first)) {
            return true;
        }
        if (first == nanos) {
            return false;
        }
        lender.get().lend();
        try {
            return event.await(nanos - first);
        } finally {
            lender.get().takeBack();
        }
    }

    /** That it is done, however. */
    static Event doneOf(CompletableFuture<?> future) {
        return nanos -> {
            try {
                var unused = future.get(nanos, TimeUnit.NANOSECONDS);
                return true;
            } catch (ExecutionException | CancellationException e) {
                // Whoever waits reads it from the future.
                return true;
            } catch (TimeoutException e) {
                return false;
            }
        };
    }
}
