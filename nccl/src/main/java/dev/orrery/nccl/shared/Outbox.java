package dev.orrery.nccl.shared;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.transfer.BadMessageException;
import dev.orrery.nccl.transfer.EnvelopeCodec;
import dev.orrery.nccl.transfer.Outgoing;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What one member sends to another: in order, straight from the senders' memory into the ring, as far as there is room.
 * All but {@link #add} and {@link #isIdle} by one thread at a time.
 */
final class Outbox {
    private final RingWriter ring;
    private final RingGeometry geometry;
    private final Queue<Outgoing> queue = new ConcurrentLinkedQueue<>();
    private final long[] words = new long[EnvelopeCodec.MAX_WORDS];
    private volatile Optional<Outgoing> current = Optional.empty();
    private long offset;
    /** How much room it needs to go on; 0: it is not blocked. */
    private long needed;

    private boolean raised;
    private long progress;

    Outbox(RingWriter ring, RingGeometry geometry) {
        this.ring = ring;
        this.geometry = geometry;
    }

    void add(Outgoing message) {
        queue.add(message);
    }

    /** Nothing waits to be put into the ring. Any thread; what it adds itself a thread sees. */
    boolean isIdle() {
        return current.isEmpty() && queue.isEmpty();
    }

    /** It could not go on for want of room. */
    boolean isBlocked() {
        return needed > 0;
    }

    /** The reader takes, and yet there is no room. */
    boolean isMoving() {
        return isBlocked() && ring.words().getAcquire(RingGeometry.READER_TAKES) == 1;
    }

    long progress() {
        return progress;
    }

    /**
     * Puts as much into the ring as there is room for, but not more than it holds.
     *
     * @return the bytes that were put
     */
    long move() throws ClosedTensorException, BadMessageException {
        lower();
        needed = 0;
        long moved = 0;
        while (moved < geometry.ringBytes()) {
            Outgoing message = current.isPresent() ? current.get() : queue.peek();
            if (message == null) {
                break;
            }
            long before = moved;
            moved += current.isPresent() ? more(message) : begin(message);
            if (moved == before) {
                break;
            }
        }
        progress += moved;
        return moved;
    }

    /** Returns how much was put; 0: there is no room. */
    private long begin(Outgoing message) throws ClosedTensorException, BadMessageException {
        if (message.isGone()) {
            queue.remove();
            message.fail(OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT, "the tensor was closed before it was sent: " + message.envelope()));
            return 1;
        }
        long size = message.byteSize();
        int count = EnvelopeCodec.encode(message.envelope(), words);
        long head = (long) count * Long.BYTES;
        int gap = ring.gap(head, size);
        head += gap;
        // A small message goes in as a whole, so that the other side never has to wait for the rest of one.
        long room = size <= geometry.chunkBytes() ? head + size + Long.BYTES : head;
        if (!ring.hasRoom(room)) {
            needed = room;
            return 0;
        }
        queue.remove();
        for (int i = 0; i < count; i++) {
            ring.putWord(words[i]);
        }
        ring.skip(gap);
        if (size <= geometry.chunkBytes()) {
            ring.put(message.address(), size);
            ring.pad();
            ring.publish();
            message.done().complete(null);
            return head + size;
        }
        current = Optional.of(message);
        offset = 0;
        return head + more(message);
    }

    private long more(Outgoing message) throws ClosedTensorException, BadMessageException {
        if (message.isGone()) {
            throw new ClosedTensorException(message.envelope());
        }
        long left = message.byteSize() - offset;
        // The last chunk is padded.
        // Whole chunks only: with each piece that fills what little room there is, the two sides would wait for each
        // other.
        long bytes = Math.min(left, geometry.chunkBytes());
        if (!ring.hasRoom(bytes + Long.BYTES)) {
            needed = bytes + Long.BYTES;
            return 0;
        }
        ring.put(message.address() + offset, bytes);
        offset += bytes;
        if (offset == message.byteSize()) {
            ring.pad();
            ring.publish();
            current = Optional.empty();
            message.done().complete(null);
        } else {
            ring.publish();
        }
        return bytes;
    }

    /** Says that this side sleeps until there is room; false when there is some already. */
    boolean sleep() throws BadMessageException {
        ring.words().raise(RingGeometry.WRITER_WAITS);
        raised = true;
        if (ring.hasRoom(needed)) {
            lower();
            return false;
        }
        return true;
    }

    private void lower() {
        if (raised) {
            raised = false;
            ring.words().lower(RingGeometry.WRITER_WAITS);
        }
    }

    /** After something was published: whether the reader has to be woken. */
    boolean readerSleeps() {
        return ring.words().takeFlag(RingGeometry.READER_WAITS);
    }

    void sayPeers(int peers, long process) {
        ring.words().setOpaque(RingGeometry.WRITER_PEERS, peers);
        ring.words().setOpaque(RingGeometry.WRITER_PROCESS, process);
    }

    void sayEnd(boolean receives) {
        ring.words().setRelease(RingGeometry.END, receives ? RingGeometry.ENDED_RECEIVING : RingGeometry.ENDED);
    }

    void failAll(OrreryException why) {
        needed = 0;
        current.ifPresent(message -> message.fail(why));
        current = Optional.empty();
        for (Outgoing message = queue.poll(); message != null; message = queue.poll()) {
            message.fail(why);
        }
    }

    /** A user closed a tensor while it was being sent: the other side has a part of it already. */
    static final class ClosedTensorException extends Exception {
        private static final long serialVersionUID = 1L;

        ClosedTensorException(Object envelope) {
            super("a tensor was closed while it was being sent: " + envelope);
        }

        Failure failure() {
            return Failure.of("tensor", getMessage());
        }
    }
}
