package dev.orrery.nccl.host;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A thread that waits for it moves data first, as long as that leads anywhere, and sleeps only then. */
final class HelpingFuture<T> extends CompletableFuture<T> {
    private final Helping helping;

    HelpingFuture(Helping helping) {
        this.helping = helping;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new HelpingFuture<>(helping);
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        helping.untilInterrupted(this, Long.MAX_VALUE);
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        long left = helping.untilInterrupted(this, unit.toNanos(timeout));
        return super.get(left, TimeUnit.NANOSECONDS);
    }

    /** An interruption is left to the caller, as in every {@link CompletableFuture}. */
    @Override
    public T join() {
        helping.until(this);
        return super.join();
    }
}
