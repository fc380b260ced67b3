package dev.orrery.nccl.shared;

import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Who looks after a path at this moment, and what was seen there of late. Thread-safe. */
final class Attention {
    private final NanoClock clock;
    private final AtomicInteger helpers = new AtomicInteger();
    private volatile boolean polled;
    private volatile long lastHelp;
    private volatile long lastMove;
    private volatile long peersOfPeer;

    Attention(NanoClock clock) {
        this.clock = clock;
        this.lastHelp = clock.nanoTime() - Duration.ofDays(1).toNanos();
        this.lastMove = lastHelp;
    }

    void helping() {
        helpers.incrementAndGet();
    }

    /** @param waiting the helper is about to sleep until something arrives, so the path must not be left to helpers */
    void helped(boolean waiting) {
        helpers.decrementAndGet();
        if (waiting) {
            polled = false;
        } else {
            lastHelp = clock.nanoTime();
        }
    }

    /** Whether the thread of the rings looks here again before it sleeps. */
    void polled(boolean nowPolled) {
        polled = nowPolled;
    }

    boolean isPolled() {
        return polled;
    }

    /** Otherwise the path has to see to it that it is woken. */
    boolean isGiven() {
        return polled || isHelped();
    }

    boolean isHelped() {
        return helpers.get() > 0;
    }

    long lastHelp() {
        return lastHelp;
    }

    /** @param peers with how many the peer's process is at work, as it last said */
    void moved(long peers) {
        lastMove = clock.nanoTime();
        peersOfPeer = peers;
    }

    long lastMove() {
        return lastMove;
    }

    long peersOfPeer() {
        return peersOfPeer;
    }
}
