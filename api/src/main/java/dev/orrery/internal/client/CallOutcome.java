package dev.orrery.internal.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.locks.LockSupport;

/**
 * What a call's caller holds. The answer that came is read (which runs user code, so not where it arrives) by the thread that
 * waits for it, which is awake then anyway; by one of the client's where nobody waits, or where something depends on it.
 */
public final class CallOutcome<R> extends CompletableFuture<R> {
    /** Makes the result out of what came. */
    @FunctionalInterface
    public interface Reading<R> {
        /** Throws what the call failed with. */
        R read();

        /** Of a result that came too late for anybody to take it. */
        default void release(R result) {}
    }

    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<CallOutcome, Thread> WAITER =
            AtomicReferenceFieldUpdater.newUpdater(CallOutcome.class, Thread.class, "waiter");

    private static final long FOREVER = 0;

    /** What a call failed with. */
    private record Failed<R>(Throwable why) implements Reading<R> {
        @Override
        public R read() {
            throw new IllegalStateException("the call failed", why);
        }
    }

    private final Completions completions;
    private final Runnable onCancel;

    /** The first thread that waits; others wait as for any future. */
    private volatile Thread waiter;

    private volatile Reading<R> arrived;
    private final AtomicBoolean taken = new AtomicBoolean();

    /** @param onCancel when the caller wants the result no longer */
    public CallOutcome(Completions completions, Runnable onCancel) {
        this.completions = completions;
        this.onCancel = onCancel;
    }

    /** The answer is there. Does not block. */
    public void arrive(Reading<R> answer) {
        arrived = answer;
        Thread waiting = waiter;
        if (waiting != null && getNumberOfDependents() == 0) {
            LockSupport.unpark(waiting);
        } else {
            completions.submit(this);
        }
    }

    /** The call failed. Does not block. */
    public void arriveFailed(Throwable why) {
        arrive(new Failed<>(why));
    }

    /** Whether something of the user's may run when it completes. */
    boolean hasDependents() {
        return getNumberOfDependents() > 0;
    }

    /** Completes it by the answer, unless that was done. */
    void read() {
        Reading<R> answer = arrived;
        if (answer == null || !taken.compareAndSet(false, true)) {
            return;
        }
        if (answer instanceof Failed<R> failed) {
            completeExceptionally(failed.why());
            return;
        }
        try {
            R result = answer.read();
            if (!super.complete(result)) {
                answer.release(result);
            }
        } catch (RuntimeException | Error e) {
            super.completeExceptionally(e);
        }
        LockSupport.unpark(waiter);
    }

    @Override
    public R get() throws InterruptedException, ExecutionException {
        if (waitHere(FOREVER, true) && Thread.interrupted()) {
            throw new InterruptedException();
        }
        return super.get();
    }

    @Override
    public R get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        long end = System.nanoTime() + unit.toNanos(timeout);
        if (timeout > 0 && waitHere(end == FOREVER ? 1 : end, true) && Thread.interrupted()) {
            throw new InterruptedException();
        }
        return super.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    @Override
    public R join() {
        waitHere(FOREVER, false);
        return super.join();
    }

    /** Returns true when it was interrupted and may be. Otherwise it is done, the time is over, or others wait, too. */
    private boolean waitHere(long end, boolean interruptibly) {
        if (isDone() || !WAITER.compareAndSet(this, null, Thread.currentThread())) {
            return false;
        }
        boolean interrupted = false;
        while (!isDone() && arrived == null && !(interrupted && interruptibly)) {
            if (end == FOREVER) {
                LockSupport.park(this);
            } else if (end - System.nanoTime() > 0) {
                LockSupport.parkNanos(this, end - System.nanoTime());
            } else {
                break;
            }
            // Otherwise the next wait would end at once.
            interrupted |= Thread.interrupted();
        }
        waiter = null;
        // It may have come to this thread although that is about to give up.
        read();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return interrupted && !isDone();
    }

    @Override
    public boolean complete(R value) {
        return woken(super.complete(value));
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        return woken(super.completeExceptionally(failure));
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean ended = isDone();
        boolean cancelled = woken(super.cancel(mayInterruptIfRunning));
        if (cancelled && !ended) {
            onCancel.run();
        }
        return cancelled;
    }

    private boolean woken(boolean completed) {
        LockSupport.unpark(waiter);
        return completed;
    }
}
