package dev.orrery.nccl.device;

import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a process that sees when devices have done what was put into their streams. It looks without a break
 * while something has just happened, less and less often while nothing does, and sleeps while there is nothing to look for.
 */
public final class EventPoller implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EventPoller.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
    private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** Called on the poller's thread, which must not wait. */
    public interface Watcher {
        /** It is not reached yet; called now and then. */
        void check();

        /** Once. Everything before it has happened. */
        void reached();

        /** Once, instead. */
        void failed(NativeCallException why);
    }

    private static final class Watched {
        private final Gpu gpu;
        private final NativeEvent event;
        private final Watcher watcher;
        private long checkedNanos;

        Watched(Gpu gpu, NativeEvent event, Watcher watcher, long now) {
            this.gpu = gpu;
            this.event = event;
            this.watcher = watcher;
            this.checkedNanos = now;
        }
    }

    private final NanoClock clock;
    private final Thread thread;
    private final Queue<Watched> added = new ConcurrentLinkedQueue<>();
    private volatile boolean asleep;
    private volatile boolean closed;

    public EventPoller(NanoClock clock) {
        this.clock = clock;
        this.thread = new NamedThreads("worlds-device-poller").newThread(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Records an event in the stream, and watches for it. The calling thread has selected the GPU. */
    public void watch(Gpu gpu, NativeStream stream, Watcher watcher) {
        NativeEvent event = gpu.takeEvent();
        gpu.cuda().record(event, stream);
        added.add(new Watched(gpu, event, watcher, clock.nanoTime()));
        if (asleep) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        List<Watched> watched = new ArrayList<>();
        Pace pace = new Pace();
        while (!closed) {
            for (Watched it = added.poll(); it != null; it = added.poll()) {
                watched.add(it);
                pace.busy();
            }
            if (watched.isEmpty()) {
                sleep();
            } else if (look(watched)) {
                pace.busy();
            } else {
                pace.idle();
            }
        }
    }

    private void sleep() {
        asleep = true;
        if (added.isEmpty() && !closed) {
            LockSupport.park(this);
        }
        asleep = false;
    }

    private boolean look(List<Watched> watched) {
        boolean any = false;
        Iterator<Watched> all = watched.iterator();
        while (all.hasNext()) {
            Watched it = all.next();
            if (isOver(it)) {
                all.remove();
                any = true;
            }
        }
        return any;
    }

    private boolean isOver(Watched it) {
        try {
            it.gpu.select();
            if (it.gpu.cuda().isReached(it.event)) {
                it.gpu.giveBack(it.event);
                guarded(it.watcher::reached);
                return true;
            }
        } catch (NativeCallException e) {
            guarded(() -> it.watcher.failed(e));
            return true;
        }
        long now = clock.nanoTime();
        if (now - it.checkedNanos > CHECK_NANOS) {
            it.checkedNanos = now;
            guarded(it.watcher::check);
        }
        return false;
    }

    /** A defect in what concerns one operation must not take the others along. */
    private static void guarded(Runnable told) {
        try {
            told.run();
        } catch (RuntimeException e) {
            log.error("defect while an operation of a device was ended", e);
        }
    }

    /** Ends the thread; bounded. Nothing that is still watched is told. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_LIMIT.toMillis());
            if (thread.isAlive()) {
                log.error("the thread that polls devices did not end within {}", CLOSE_LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
