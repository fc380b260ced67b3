package dev.orrery.worker.actor;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The calls that wait for the threads that run them, in the order in which they arrived, and how many are under way. Thread-safe.
 */
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
    private final QueuedBytes bytes;
    private final int atOnce;
    private final Deque<PendingCall> waiting = new ArrayDeque<>();
    private int underWay;

    /** The threads that run no call, the first one and those that are on their way here included. */
    private int idle = 1;

    private final Set<Pause> pauses = EnumSet.noneOf(Pause.class);
    private boolean closed;

    /**
     * @param bytes of all that wait
     * @param atOnce calls that may be under way
     */
    CallQueue(int maxCalls, QueuedBytes bytes, int atOnce) {
        this.maxCalls = maxCalls;
        this.bytes = bytes;
        this.atOnce = atOnce;
    }

    synchronized Admission offer(PendingCall call) {
        if (closed) {
            return Admission.CLOSED;
        }
        if (!pauses.isEmpty()) {
            return Admission.PAUSED;
        }
        if (waiting.size() >= maxCalls || !bytes.hasRoomFor(call.bytes())) {
            return Admission.FULL;
        }
        waiting.add(call);
        bytes.add(call.bytes());
        notify();
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
                bytes.remove(call.bytes());
            }
        }
    }

    /** Waits until one is there and may begin, for a thread that had none yet; empty once closed. */
    synchronized Optional<PendingCall> take() throws InterruptedException {
        while ((waiting.isEmpty() || underWay >= atOnce) && !closed) {
            wait();
        }
        Optional<PendingCall> next = Optional.ofNullable(waiting.poll());
        next.ifPresent(call -> {
            call.take();
            bytes.remove(call.bytes());
            underWay++;
            idle--;
        });
        return next;
    }

    /** As {@link #take}, for a thread that had one. */
    synchronized Optional<PendingCall> takeNext() throws InterruptedException {
        idle++;
        return take();
    }

    /** One that was taken has ended, on whatever thread. */
    synchronized void ended() {
        underWay--;
        notify();
    }

    /** Whether one more thread is to be made, as none would take what comes next; it counts from now on. */
    synchronized boolean wantsThread() {
        boolean wanted = idle == 0 && underWay < atOnce && !closed;
        if (wanted) {
            idle++;
        }
        return wanted;
    }

    /** Gives back what waits. */
    synchronized List<PendingCall> withdrawAll() {
        List<PendingCall> left = List.copyOf(waiting);
        waiting.clear();
        left.forEach(call -> bytes.remove(call.bytes()));
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
