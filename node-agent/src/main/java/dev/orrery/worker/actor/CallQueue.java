package dev.orrery.worker.actor;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The calls that wait for the actor's thread, in the order in which they arrived. Thread-safe. */
final class CallQueue {
    enum Admission {
        QUEUED,
        FULL,
        PAUSED,
        CLOSED
    }

    /** Why nothing is taken for now. */
    enum Pause {
        /** What runs waits for something that may be among what would be taken. */
        WAITS,
        /** What runs was told to end, and nobody knows when it does. */
        ENDS
    }

    private final int maxCalls;
    private final long maxBytes;
    private final Deque<PendingCall> waiting = new ArrayDeque<>();
    private long bytes;
    private final Set<Pause> pauses = EnumSet.noneOf(Pause.class);
    private boolean closed;

    /** @param maxBytes of all that wait; a single call is taken whatever its size */
    CallQueue(int maxCalls, long maxBytes) {
        this.maxCalls = maxCalls;
        this.maxBytes = maxBytes;
    }

    synchronized Admission offer(PendingCall call) {
        if (closed) {
            return Admission.CLOSED;
        }
        if (!pauses.isEmpty()) {
            return Admission.PAUSED;
        }
        boolean fits = waiting.size() < maxCalls && bytes + call.bytes() <= maxBytes;
        if (!fits && !waiting.isEmpty()) {
            return Admission.FULL;
        }
        waiting.add(call);
        bytes += call.bytes();
        notifyAll();
        return Admission.QUEUED;
    }

    /** Nobody waits for it any more; does nothing when it was taken already. */
    void withdraw(PendingCall call) {
        // As is nearly every call: looking for it would cost more than it does.
        if (call.isTaken()) {
            return;
        }
        synchronized (this) {
            if (waiting.remove(call)) {
                bytes -= call.bytes();
            }
        }
    }

    /** Waits for the next one; empty once closed. */
    synchronized Optional<PendingCall> take() throws InterruptedException {
        while (waiting.isEmpty() && !closed) {
            wait();
        }
        Optional<PendingCall> next = Optional.ofNullable(waiting.poll());
        next.ifPresent(call -> {
            call.take();
            bytes -= call.bytes();
        });
        return next;
    }

    /** Gives back what waits. */
    synchronized List<PendingCall> withdrawAll() {
        List<PendingCall> left = List.copyOf(waiting);
        waiting.clear();
        bytes = 0;
        return left;
    }

    /** Takes nothing while there is a reason not to, and gives back what waits. */
    synchronized List<PendingCall> pause(Pause why) {
        pauses.add(why);
        return withdrawAll();
    }

    synchronized void resume(Pause why) {
        pauses.remove(why);
    }

    /** Takes nothing more, and gives back what waits. */
    synchronized List<PendingCall> close() {
        closed = true;
        notifyAll();
        return withdrawAll();
    }
}
