package dev.orrery.examples.cluster;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** For programs that have to put everything in order before they end, also when a signal ends them. */
public final class EndInOrder {
    private EndInOrder() {}

    /**
     * Does it on this thread. A signal that ends this process meanwhile (Ctrl-C) interrupts the thread, whose
     * {@code finally} blocks put everything in order, and waits for that.
     *
     * @param patience how long the end of the process waits
     */
    public static <R> R run(Duration patience, Callable<R> work) throws Exception {
        Thread worker = Thread.currentThread();
        CountDownLatch finished = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> interrupt(worker, finished, patience), "orrery-end-in-order"));
        try {
            return work.call();
        } finally {
            finished.countDown();
        }
    }

    private static void interrupt(Thread worker, CountDownLatch finished, Duration patience) {
        if (finished.getCount() > 0) {
            worker.interrupt();
        }
        try {
            finished.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
