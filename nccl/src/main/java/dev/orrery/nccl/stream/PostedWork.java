package dev.orrery.nccl.stream;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** What any thread hands to a stream's thread: done in order, and together what came together. */
final class PostedWork {
    private final Executor thread;
    private final Consumer<Throwable> failed;
    private final Runnable then;
    private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /**
     * @param thread the stream's
     * @param failed told of a task that threw; what waits behind it is done all the same
     * @param then follows whenever some were done
     */
    PostedWork(Executor thread, Consumer<Throwable> failed, Runnable then) {
        this.thread = thread;
        this.failed = failed;
        this.then = then;
    }

    void post(Runnable task) {
        posted.add(task);
        if (scheduled.compareAndSet(false, true)) {
            thread.execute(this::work);
        }
    }

    private void work() {
        scheduled.set(false);
        for (Runnable task = posted.poll(); task != null; task = posted.poll()) {
            try {
                task.run();
            } catch (RuntimeException | OutOfMemoryError e) {
                failed.accept(e);
            }
        }
        then.run();
    }
}
