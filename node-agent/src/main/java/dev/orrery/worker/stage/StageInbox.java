package dev.orrery.worker.stage;

import dev.orrery.internal.proto.ActorLife;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What waits for the user thread. Gateways' credits bound it; the capacity only holds back a sender that does not keep to
 * them. Thread-safe.
 */
final class StageInbox {
    enum Admission {
        QUEUED,
        /** It was cancelled before it arrived, and that was acknowledged. */
        CANCELLED,
        CLOSED
    }

    /**
     * What became of a cancelled attempt.
     *
     * @param settled it goes no further from here, or went before; false while it is in user code
     * @param dropped it waited here; the caller closes it
     */
    record Cancellation(boolean settled, Optional<Delivery> dropped) {}

    /** Cancels that may overtake their message. */
    private static final int REMEMBERED_CANCELS = 4_096;

    private final int capacity;
    private final Deque<Delivery> queue = new ArrayDeque<>();
    private final Set<AttemptKey> cancelledEarly = new LinkedHashSet<>();
    private final List<Runnable> waitingForRoom = new ArrayList<>();
    private Optional<AttemptKey> current = Optional.empty();
    private boolean currentCancelled;
    private boolean closed;

    StageInbox(int capacity) {
        this.capacity = capacity;
    }

    synchronized Admission offer(Delivery delivery) {
        if (cancelledEarly.remove(delivery.key())) {
            return Admission.CANCELLED;
        }
        if (closed) {
            return Admission.CLOSED;
        }
        queue.add(delivery);
        notifyAll();
        return Admission.QUEUED;
    }

    /** Runs {@code resume} once, on the user thread, when there is room; false, and never, when there is room now. */
    synchronized boolean awaitRoom(Runnable resume) {
        if (queue.size() < capacity || closed) {
            return false;
        }
        waitingForRoom.add(resume);
        return true;
    }

    /** Waits for the next message; empty when closed and all taken. Its attempt is the current one until {@link #finish}. */
    Optional<Delivery> take() throws InterruptedException {
        List<Runnable> resumed;
        Delivery taken;
        synchronized (this) {
            while (queue.isEmpty()) {
                if (closed) {
                    return Optional.empty();
                }
                wait();
            }
            taken = queue.remove();
            current = Optional.of(taken.key());
            currentCancelled = false;
            resumed = takeWaiting();
        }
        resumed.forEach(Runnable::run);
        return Optional.of(taken);
    }

    private List<Runnable> takeWaiting() {
        List<Runnable> resumed = List.copyOf(waitingForRoom);
        waitingForRoom.clear();
        return resumed;
    }

    /** User code is done with the current attempt; from here on a cancel finds it gone. True when it was cancelled. */
    synchronized boolean finish() {
        boolean cancelled = currentCancelled;
        current = Optional.empty();
        currentCancelled = false;
        return cancelled;
    }

    synchronized Cancellation cancel(AttemptKey key) {
        for (Iterator<Delivery> waiting = queue.iterator(); waiting.hasNext(); ) {
            Delivery delivery = waiting.next();
            if (delivery.key().equals(key)) {
                waiting.remove();
                return new Cancellation(true, Optional.of(delivery));
            }
        }
        if (current.isPresent() && current.get().equals(key)) {
            currentCancelled = true;
            return new Cancellation(false, Optional.empty());
        }
        rememberCancel(key);
        return new Cancellation(true, Optional.empty());
    }

    /** Everything of that gateway that waits; the caller closes it. */
    synchronized List<Delivery> dropAllOf(ActorLife gateway) {
        List<Delivery> dropped = queue.stream()
                .filter(delivery -> delivery.header().getGateway().equals(gateway))
                .toList();
        queue.removeAll(dropped);
        return dropped;
    }

    private void rememberCancel(AttemptKey key) {
        cancelledEarly.add(key);
        if (cancelledEarly.size() > REMEMBERED_CANCELS) {
            Iterator<AttemptKey> oldest = cancelledEarly.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** Takes nothing new; what waits is still handed out. */
    void close() {
        List<Runnable> resumed;
        synchronized (this) {
            closed = true;
            notifyAll();
            resumed = takeWaiting();
        }
        resumed.forEach(Runnable::run);
    }

    /** Everything that waits; the caller closes it. */
    synchronized List<Delivery> drain() {
        List<Delivery> waiting = List.copyOf(queue);
        queue.clear();
        return waiting;
    }
}
