package dev.orrery.nccl.shared;

import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.transfer.IdleLooks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the data of all rings of a process that no other thread moves. Looks at them for a short time after each movement,
 * then sleeps until a bell rings. While other threads wait for operations and so move data themselves, it looks only now
 * and then whether they still do.
 */
public final class RingThread implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RingThread.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
    /** As long as a path was moved by others so recently it is left to them. */
    private static final long RECENT_HELP_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** Time between two operations of a thread that waits for each: taking over in between would only be in its way. */
    private static final long BETWEEN_HELP_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private static final long SHORTEST_DOZE_MILLIS = 1;
    /** Waking takes the core from the threads that it is left to. */
    private static final long LONGEST_DOZE_MILLIS = 4;

    private static final long ACTIVE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** With as many peers at work as there are cores, looking on takes the time that they need, though it lets them run. */
    private static final long CROWDED_SPIN_NANOS = 20_000;

    private final NanoClock clock;
    private final long spinNanos;
    private final int cores;
    private final long process = 1 + ThreadLocalRandom.current().nextLong(Long.MAX_VALUE - 1);
    private final List<SharedPath> paths = new CopyOnWriteArrayList<>();
    private final Queue<SharedPath> added = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean wanted = new AtomicBoolean();
    private volatile int activePeers;
    private volatile long currentSpin;
    private volatile boolean closed;
    private volatile Selector selector;
    private Thread thread;
    private long dozeMillis = SHORTEST_DOZE_MILLIS;

    /** @param spin how long to look on without a movement, while there are more cores than active peers */
    public RingThread(Duration spin, int cores, NanoClock clock) {
        this.spinNanos = spin.toNanos();
        this.currentSpin = spinNanos;
        this.cores = cores;
        this.clock = clock;
    }

    public void start() {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread = new NamedThreads("worlds-rings").newThread(this::run);
        thread.start();
    }

    void add(SharedPath path) {
        paths.add(path);
        added.add(path);
        wake();
    }

    /** Its bell was closed. */
    void remove(SharedPath path) {
        paths.remove(path);
        wake();
    }

    /** A number that is most likely no other process's on this host. */
    long process() {
        return process;
    }

    /** With how many peers something was moved of late. */
    int activePeers() {
        return activePeers;
    }

    /** How long a thread should look on without a movement, at this moment. */
    public long spinNanos() {
        return currentSpin;
    }

    /** Looks at all rings soon. */
    void wake() {
        if (wanted.compareAndSet(false, true) && selector != null) {
            selector.wakeup();
        }
    }

    private void run() {
        boolean called = true;
        while (!closed) {
            try {
                called |= wanted.getAndSet(false);
                register();
                if (called) {
                    for (SharedPath path : paths) {
                        path.attention().polled(true);
                    }
                }
                boolean moving = look(called);
                called = sleep(moving ? 0 : rest()) > 0;
            } catch (IOException e) {
                log.error("the thread of the rings cannot wait for bells", e);
            } catch (RuntimeException | OutOfMemoryError e) {
                log.error("defect on the thread of the rings", e);
            }
        }
    }

    private void register() {
        for (SharedPath path = added.poll(); path != null; path = added.poll()) {
            try {
                path.bell().channel().register(selector, SelectionKey.OP_READ, path);
            } catch (ClosedChannelException e) {
                log.debug("a path ended at once", e);
            }
        }
    }

    /**
     * Looks on until nothing has moved for some time; true: there is more, but bells have to be listened to as well.
     *
     * @param called whether there is something to expect; otherwise one look is enough when nothing moves
     */
    private boolean look(boolean called) {
        long start = clock.nanoTime();
        long limit = assess(start);
        long lastMove = start;
        long now = start;
        boolean expects = called;
        IdleLooks idle = IdleLooks.onMemory();
        while (true) {
            boolean moved = false;
            boolean needed = false;
            for (SharedPath path : paths) {
                // One that was left alone calls when there is something.
                if (path.attention().isPolled() && !path.attention().isHelpedOfLate(now, BETWEEN_HELP_NANOS)) {
                    needed = true;
                    moved |= path.poll();
                }
            }
            now = clock.nanoTime();
            lastMove = moved ? now : lastMove;
            expects |= moved;
            long silent = now - lastMove;
            if (!needed || !expects || (silent > limit && (silent > IdleLooks.inStream(limit) || !streams()))) {
                return false;
            }
            if (wanted.get() || now - start > SLICE_NANOS) {
                return true;
            }
            idle.afterLook(moved);
        }
    }

    private boolean streams() {
        return paths.stream()
                .anyMatch(path -> path.streams() && !path.attention().isHelped());
    }

    private long assess(long now) {
        Set<Long> active = new HashSet<>();
        long peers = 0;
        for (SharedPath path : paths) {
            if (path.attention().isMovedOfLate(now, ACTIVE_NANOS)) {
                active.add(path.attention().processOfPeer());
                peers = Math.max(peers, path.attention().peersOfPeer());
            }
        }
        activePeers = active.size();
        currentSpin = Math.max(active.size(), peers) < cores ? spinNanos : Math.min(spinNanos, CROWDED_SPIN_NANOS);
        return currentSpin;
    }

    /** Returns how many milliseconds to sleep; -1: until a bell rings. */
    private long rest() {
        boolean again = false;
        boolean helped = false;
        long now = clock.nanoTime();
        for (SharedPath path : paths) {
            if (path.attention().isHelpedOfLate(now, RECENT_HELP_NANOS)) {
                helped = true;
            } else if (path.attention().isPolled()) {
                again |= path.leaveAlone();
            }
        }
        if (again || wanted.get()) {
            dozeMillis = SHORTEST_DOZE_MILLIS;
            return 0;
        }
        if (!helped) {
            dozeMillis = SHORTEST_DOZE_MILLIS;
            return -1;
        }
        long millis = dozeMillis;
        dozeMillis = Math.min(LONGEST_DOZE_MILLIS, 2 * millis);
        return millis;
    }

    /** Returns how many bells rang. */
    private int sleep(long millis) throws IOException {
        if (millis == 0) {
            return selector.selectNow(this::onBell);
        }
        return millis < 0 ? selector.select(this::onBell) : selector.select(this::onBell, millis);
    }

    private void onBell(SelectionKey key) {
        SharedPath path = (SharedPath) key.attachment();
        if (path.bell().drain()) {
            path.ask();
        } else {
            key.cancel();
            path.peerGone();
        }
    }

    /** Ends the thread; bounded. The paths have to have ended before. */
    @Override
    public void close() {
        if (closed || thread == null) {
            return;
        }
        closed = true;
        selector.wakeup();
        try {
            thread.join(CLOSE_LIMIT.toMillis());
            if (thread.isAlive()) {
                log.error("the thread of the rings did not end within {}", CLOSE_LIMIT);
            }
            selector.close();
        } catch (IOException e) {
            log.warn("the selector of the bells did not close", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
