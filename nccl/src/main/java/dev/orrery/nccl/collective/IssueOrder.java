package dev.orrery.nccl.collective;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Starts the operations of one world in the order in which they were issued: while a collective operation runs, all later
 * ones wait. It waits for no earlier send or receive, whose messages are ahead of its own in each pair's order anyway.
 * Thread-safe; nothing is called under its lock.
 */
public final class IssueOrder {
    private record Waiting(LongConsumer start, boolean isCollective) {}

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private List<Runnable> outcomes = new ArrayList<>();
    private boolean running;
    private boolean starting;
    private long sequence;
    private volatile boolean busy;

    /** Whether a send or receive can start now; needs no lock. When it cannot, give it to {@link #pointToPoint}. */
    public boolean isFree() {
        return !busy;
    }

    /** Starts a send or receive, now or when it is its turn. */
    public void pointToPoint(Runnable start) {
        if (busy) {
            issue(new Waiting(sequenceNumber -> start.run(), false));
        } else {
            start.run();
        }
    }

    /**
     * Starts a collective operation, now or when it is its turn.
     *
     * @param start gets how many collective operations came before; {@link #finished} is called once for each
     */
    void collective(LongConsumer start) {
        issue(new Waiting(start, true));
    }

    private void issue(Waiting operation) {
        synchronized (this) {
            waiting.add(operation);
            busy = true;
        }
        advance();
    }

    /** @param outcome tells the user; after the next operation was started, and in the operations' order */
    void finished(Runnable outcome) {
        synchronized (this) {
            running = false;
            outcomes.add(outcome);
        }
        advance();
    }

    /**
     * An operation can finish while it starts, and then comes here again: that call leaves the rest to this loop, so however
     * many finish at once, the stack does not grow. Users' code is not run within a start, so that it can wait for a later
     * operation.
     */
    private void advance() {
        while (true) {
            Waiting next = null;
            long number = 0;
            List<Runnable> told = List.of();
            synchronized (this) {
                if (starting) {
                    return;
                }
                if (!outcomes.isEmpty()) {
                    told = outcomes;
                    outcomes = new ArrayList<>();
                }
                next = running ? null : waiting.poll();
                if (next != null) {
                    starting = true;
                    running = next.isCollective;
                    number = next.isCollective ? sequence++ : 0;
                }
                busy = running || starting || !waiting.isEmpty();
            }
            if (next != null) {
                start(next, number);
            }
            told.forEach(Runnable::run);
            if (next == null && told.isEmpty()) {
                return;
            }
        }
    }

    private void start(Waiting operation, long number) {
        try {
            operation.start.accept(number);
        } finally {
            synchronized (this) {
                starting = false;
            }
        }
    }
}
