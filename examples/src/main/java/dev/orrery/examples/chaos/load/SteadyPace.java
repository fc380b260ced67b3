package dev.orrery.examples.chaos.load;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Does something so often a second on a thread of its own, whatever becomes of it. */
final class SteadyPace implements AutoCloseable {
    private final Thread thread;
    private final long intervalNanos;
    private final Runnable step;
    private volatile boolean stopped;

    SteadyPace(String name, double perSecond, Runnable step) {
        this.intervalNanos = (long) (TimeUnit.SECONDS.toNanos(1) / perSecond);
        this.step = step;
        this.thread = new Thread(this::run, name);
    }

    void start() {
        thread.start();
    }

    private void run() {
        long due = System.nanoTime();
        while (!stopped) {
            step.run();
            // What was missed while this process stood still is not made up for all at once.
            due = Math.max(due + intervalNanos, System.nanoTime() - intervalNanos);
            for (long left = due - System.nanoTime(); left > 0 && !stopped; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }

    @Override
    public void close() {
        stopped = true;
        LockSupport.unpark(thread);
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
