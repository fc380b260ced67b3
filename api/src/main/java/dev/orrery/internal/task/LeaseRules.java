package dev.orrery.internal.task;

import java.util.concurrent.TimeUnit;

/** How many workers are leased, and how far ahead of them tasks are sent: pure decisions. */
final class LeaseRules {
    /** Work of so long is sent ahead, so that a worker need not wait for the next task; more would wait behind others. */
    static final long AHEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    static final int MOST_AHEAD = 1_000;

    /** Of arguments. */
    static final long MOST_BYTES_AHEAD = 16L << 20;

    /** Less work than that is done before a further worker would be there. */
    static final long WORTH_A_WORKER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** A worker that has nothing to do for so long is given back. */
    static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Tasks behind one that runs longer than was expected are taken back after so long. */
    static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final int AT_FIRST = 2;

    private LeaseRules() {}

    /**
     * What workers are wanted for.
     *
     * @param queued tasks that no worker has
     * @param backlogNanos what is expected of them all
     * @param stalledNanos how long none of them has left
     */
    record Demand(int queued, long backlogNanos, long stalledNanos, int ready, int starting) {}

    /** How many more are to be started: twice as many at a time. */
    static int toStart(Demand demand) {
        if (demand.queued() == 0) {
            return 0;
        }
        boolean waits = demand.ready() == 0 || demand.stalledNanos() >= STUCK_NANOS;
        long worth = Math.max(waits ? 1 : 0, demand.backlogNanos() / WORTH_A_WORKER_NANOS);
        long wanted = Math.min(worth, demand.queued());
        return (int) Math.max(0, Math.min(wanted, Math.max(AT_FIRST, demand.ready())) - demand.starting());
    }

    /**
     * Whether a worker gets a further task.
     *
     * @param inFlight that it has
     * @param expectedNanos of these
     * @param alone whether one of these, or the further one, is to be alone
     */
    static boolean takes(int inFlight, long expectedNanos, long furtherNanos, boolean alone) {
        return inFlight == 0 || (!alone && inFlight < MOST_AHEAD && expectedNanos + furtherNanos <= AHEAD_NANOS);
    }
}
