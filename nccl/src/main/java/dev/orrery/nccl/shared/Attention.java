package dev.orrery.nccl.shared;

import java.util.concurrent.atomic.AtomicInteger;

/** Who looks after a path at this moment, and what was seen there of late. Thread-safe. */
final class Attention {
    private final AtomicInteger helpers = new AtomicInteger();
    private final Pulse visits;
    private final Pulse moves;
    private volatile boolean deserted;
    private volatile boolean polled;
    private volatile long peersOfPeer;
    private volatile long processOfPeer;

    Attention(long now) {
        this.visits = new Pulse(now);
        this.moves = new Pulse(now);
    }

    void helping() {
        helpers.incrementAndGet();
        visited();
    }

    /** A thread came to wait for an operation, whether or not that was done already. */
    void visited() {
        visits.beat();
        if (deserted) {
            deserted = false;
        }
    }

    /** @param waiting the helper is about to sleep until something arrives, so the path must not be left to helpers */
    void helped(boolean waiting) {
        visits.beat();
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
        // Asked in any case, or a visit would be noticed too late.
        boolean visited = visits.isWithin(now, nanos);
        return isHelped() || (!deserted && visited);
    }

    /**
     * @param peers with how many the peer's process is at work, as it last said
     * @param process which one that is
     */
    void moved(long peers, long process) {
        moves.beat();
        // Seldom new, and each volatile write costs as much as all the rest here.
        if (peersOfPeer != peers || processOfPeer != process) {
            peersOfPeer = peers;
            processOfPeer = process;
        }
    }

    /** Whether something moved within that time, as far as could be noticed. For the thread of the rings. */
    boolean isMovedOfLate(long now, long nanos) {
        return moves.isWithin(now, nanos);
    }

    long peersOfPeer() {
        return peersOfPeer;
    }

    long processOfPeer() {
        return processOfPeer;
    }
}
