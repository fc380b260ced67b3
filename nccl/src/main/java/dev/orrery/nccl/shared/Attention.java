package dev.orrery.nccl.shared;

import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Who looks after a path at this moment, and what was seen there of late. Thread-safe. */
final class Attention {
    private final NanoClock clock;
    private final AtomicInteger helpers = new AtomicInteger();
    /** Counted without care: what matters is whether it changes. */
    private final AtomicLong visits = new AtomicLong();

    private volatile boolean deserted;
    private volatile boolean polled;
    private volatile long lastMove;
    private volatile long peersOfPeer;
    private volatile long processOfPeer;

    // Of the thread of the rings:
    private long visitsSeen;
    private long lastVisit;

    Attention(NanoClock clock) {
        this.clock = clock;
        this.lastMove = clock.nanoTime() - Duration.ofDays(1).toNanos();
        this.lastVisit = lastMove;
    }

    void helping() {
        helpers.incrementAndGet();
        visited();
    }

    /** A thread came to wait for an operation, whether or not that was done already. */
    void visited() {
        visits.setOpaque(visits.getPlain() + 1);
        if (deserted) {
            deserted = false;
        }
    }

    /** @param waiting the helper is about to sleep until something arrives, so the path must not be left to helpers */
    void helped(boolean waiting) {
        helpers.decrementAndGet();
        if (waiting) {
            deserted = true;
            polled = false;
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

    /** Whether a waiting thread moves data here, or did so within that time. For the thread of the rings. */
    boolean isHelpedOfLate(long now, long nanos) {
        long seen = visits.getOpaque();
        if (seen != visitsSeen) {
            visitsSeen = seen;
            lastVisit = now;
        }
        return isHelped() || (!deserted && now - lastVisit < nanos);
    }

    /**
     * @param peers with how many the peer's process is at work, as it last said
     * @param process which one that is
     */
    void moved(long peers, long process) {
        lastMove = clock.nanoTime();
        peersOfPeer = peers;
        processOfPeer = process;
    }

    long lastMove() {
        return lastMove;
    }

    long peersOfPeer() {
        return peersOfPeer;
    }

    long processOfPeer() {
        return processOfPeer;
    }
}
