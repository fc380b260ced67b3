package dev.orrery.internal.lifecycle;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Daemon threads called {@code orrery-<name>-<n>}. */
public final class NamedThreads implements ThreadFactory {
    private final String name;
    private final AtomicInteger count = new AtomicInteger();

    public NamedThreads(String name) {
        this.name = name;
    }

    @Override
    public Thread newThread(Runnable body) {
        Thread thread = new Thread(body, "orrery-" + name + "-" + count.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
