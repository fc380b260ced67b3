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
     * @param stalledNanos how long no task has been done although some wait
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
     * Tasks.
     *
     * @param nanos what is expected of them
     * @param bytes of their arguments
     */
    record Load(int tasks, long nanos, long bytes) {}

    /**
     * Whether a worker gets a further task.
     *
     * @param has what it has
     * @param alone whether one of these, or the further one, is to be alone
     */
    static boolean takes(Load has, long furtherNanos, long furtherBytes, boolean alone) {
        return has.tasks() == 0
                || (!alone
                        && has.tasks() < MOST_AHEAD
                        && has.nanos() + furtherNanos <= AHEAD_NANOS
                        && has.bytes() + furtherBytes <= MOST_BYTES_AHEAD);
    }
}
