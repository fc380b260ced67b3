package dev.orrery.nccl.stream;

import dev.orrery.error.OrreryException;
import dev.orrery.nccl.transfer.BadMessageException;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Brings messages and receives together, in order, and counts what the sender may have sent that nobody took. At most one
 * of the two sides waits for the other at any moment. Thread-safe.
 */
final class Matching {
    /** @param held present for a small one, whose bytes are here */
    record Arrival(long number, Envelope envelope, Optional<Tensor> held) {}

    private final Deque<Arrival> arrived = new ArrayDeque<>();
    private final Deque<Reception> waiting = new ArrayDeque<>();
    private Optional<OrreryException> ended = Optional.empty();
    private long heldCredit;
    private long takenCredit;

    /** Returns what it receives; empty: it waits, or has failed because nothing more comes. */
    Optional<Arrival> receive(Reception reception) {
        OrreryException why;
        synchronized (this) {
            Arrival next = arrived.peek();
            if (next != null && (ended.isEmpty() || next.held().isPresent())) {
                return Optional.of(arrived.remove());
            }
            if (ended.isEmpty()) {
                waiting.add(reception);
                return Optional.empty();
            }
            why = ended.get();
        }
        reception.fail(why);
        return Optional.empty();
    }

    /** Returns who receives it; empty: it waits. */
    synchronized Optional<Reception> arrive(Arrival arrival) {
        Optional<Reception> receiver = next();
        if (receiver.isEmpty()) {
            arrived.add(arrival);
        }
        return receiver;
    }

    /** Takes the receive that waits for the next message. */
    synchronized Optional<Reception> next() {
        return Optional.ofNullable(waiting.poll());
    }

    /** It did not take its message, and fails with all that wait. */
    void giveBack(Reception reception) {
        OrreryException why;
        synchronized (this) {
            if (ended.isEmpty()) {
                waiting.addFirst(reception);
                return;
            }
            why = ended.get();
        }
        reception.fail(why);
    }

    /** A message has come that costs so much. */
    synchronized void hold(long cost) throws BadMessageException {
        heldCredit += cost;
        if (heldCredit + takenCredit > Flow.WINDOW_BYTES) {
            throw BadMessageException.malformed("more than it has credit for");
        }
    }

    /** One was received that had cost so much. Returns the credit that the sender gets now; often 0. */
    synchronized long take(long cost) {
        heldCredit -= cost;
        takenCredit += cost;
        if (ended.isPresent() || !Flow.isWorthSaying(takenCredit)) {
            return 0;
        }
        long credit = takenCredit;
        takenCredit = 0;
        return credit;
    }

    synchronized Optional<OrreryException> ended() {
        return ended;
    }

    /**
     * From now on receives fail.
     *
     * @param keepArrived but for those of small messages that have arrived, or still arrive
     * @return those that waited
     */
    synchronized List<Reception> end(OrreryException why, boolean keepArrived) {
        if (ended.isEmpty()) {
            ended = Optional.of(why);
        }
        List<Reception> failed = new ArrayList<>(waiting);
        waiting.clear();
        if (!keepArrived) {
            arrived.forEach(arrival -> arrival.held().ifPresent(Tensor::close));
            arrived.clear();
        }
        return failed;
    }
}
