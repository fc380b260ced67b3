package dev.orrery.head.control;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** A control thread that runs when the test says so. */
final class TestingThread implements ControlThread {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<Runnable> ticks = new ArrayList<>();
    private boolean closed;

    @Override
    public void execute(Runnable task) {
        if (!closed) {
            tasks.add(task);
        }
    }

    @Override
    public void every(Duration interval, Runnable task) {
        ticks.add(task);
    }

    @Override
    public void close() {
        run();
        closed = true;
    }

    void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    void tick() {
        tasks.addAll(ticks);
        run();
    }
}
