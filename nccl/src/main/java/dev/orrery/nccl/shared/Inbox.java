package dev.orrery.nccl.shared;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.transfer.BadMessageException;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.EnvelopeCodec;
import dev.orrery.nccl.transfer.Landing;
import dev.orrery.nccl.transfer.MismatchException;
import dev.orrery.nccl.transfer.Reception;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What one member receives from another: each message stays in the ring until it is received, and goes from there straight
 * to its place. All but {@link #add} and {@link #isIdle} by one thread at a time.
 */
final class Inbox {
    private record Current(Reception reception, Landing landing, long byteSize) {}

    private static final long CHUNKS_AT_A_TIME = 4;

    private final RingReader ring;
    private final RingGeometry geometry;
    private final long maxTensorBytes;
    private final Queue<Reception> queue = new ConcurrentLinkedQueue<>();
    private final long[] words = new long[EnvelopeCodec.MAX_WORDS];
    private volatile Optional<Current> current = Optional.empty();
    private long offset;
    private boolean raised;
    private long progress;

    Inbox(RingReader ring, RingGeometry geometry, long maxTensorBytes) {
        this.ring = ring;
        this.geometry = geometry;
        this.maxTensorBytes = maxTensorBytes;
    }

    void add(Reception reception) {
        queue.add(reception);
    }

    /** Nobody waits for anything. Any thread; what it adds itself a thread sees. */
    boolean isIdle() {
        return current.isEmpty() && queue.isEmpty();
    }

    /** A message has begun to come. */
    boolean isMoving() {
        return current.isPresent();
    }

    long progress() {
        return progress;
    }

    /** Whether the ring has nothing more at this moment. */
    boolean isDrained() {
        return ring.available() == 0;
    }

    /** How the writer ended; 0 while it did not. What it put before is available once this was seen. */
    long ended() {
        return ring.words().getAcquire(RingGeometry.END);
    }

    long peersOfWriter() {
        return ring.words().getOpaque(RingGeometry.WRITER_PEERS);
    }

    /** 0: it has not said. */
    long processOfWriter() {
        return ring.words().getOpaque(RingGeometry.WRITER_PROCESS);
    }

    /**
     * Takes out of the ring what is wanted and there, but no more than some chunks at a time: whoever does it has other
     * rings to look after, and memory that was never used before is slow.
     *
     * @return the bytes that were taken
     */
    long move() throws BadMessageException, MismatchException {
        lower();
        long moved = 0;
        while (moved < CHUNKS_AT_A_TIME * geometry.chunkBytes() && !isIdle()) {
            long available = ring.available();
            if (available == 0) {
                break;
            }
            if (available < 0 || available > geometry.ringBytes()) {
                throw BadMessageException.malformed("a position that cannot be: " + available + " bytes ahead");
            }
            moved += current.isPresent() ? more(current.get(), available) : begin(available);
        }
        progress += moved;
        return moved;
    }

    private long begin(long available) throws BadMessageException, MismatchException {
        int count = EnvelopeCodec.words(ring.word(0));
        long head = (long) count * Long.BYTES;
        if (available < head) {
            throw BadMessageException.malformed("a part of a message's head");
        }
        for (int i = 0; i < count; i++) {
            words[i] = ring.word(i);
        }
        Envelope envelope = EnvelopeCodec.decode(words);
        if (envelope.tensorBytes() > maxTensorBytes) {
            throw new BadMessageException(
                    "TENSOR_TOO_LARGE", "a tensor larger than the limit of " + maxTensorBytes + " bytes: " + envelope);
        }
        Current message = accept(envelope);
        head += ring.gap(head, message.byteSize());
        ring.skip(head);
        offset = 0;
        if (message.byteSize() <= geometry.chunkBytes()) {
            if (message.byteSize() > available - head) {
                throw BadMessageException.malformed("a part of a small message");
            }
            ring.take(message.landing(), 0, message.byteSize());
            finish(message);
            return head + message.byteSize();
        }
        current = Optional.of(message);
        ring.words().setOpaque(RingGeometry.READER_TAKES, 1);
        return head;
    }

    /** One that refuses the message stays in the queue, and fails with all that wait. */
    private Current accept(Envelope envelope) throws MismatchException {
        Reception reception = queue.element();
        try {
            Landing landing = reception.accept(envelope);
            queue.remove();
            return new Current(reception, landing, envelope.byteSize());
        } catch (OutOfMemoryError e) {
            queue.remove();
            reception.fail(
                    OrreryException.of(ErrorCode.TENSOR_TOO_LARGE, "there is no memory to receive " + envelope, e));
            throw e;
        }
    }

    private long more(Current message, long available) {
        long bytes = Math.min(Math.min(available, message.byteSize() - offset), geometry.chunkBytes());
        ring.take(message.landing(), offset, bytes);
        offset += bytes;
        if (offset == message.byteSize()) {
            current = Optional.empty();
            ring.words().setOpaque(RingGeometry.READER_TAKES, 0);
            finish(message);
        } else {
            ring.release();
        }
        return bytes;
    }

    private void finish(Current message) {
        ring.pad();
        ring.release();
        message.reception().complete();
    }

    /** Says that this side sleeps until something comes; false when there is something already. */
    boolean sleep() {
        ring.words().raise(RingGeometry.READER_WAITS);
        raised = true;
        if (!isDrained() || ended() != 0) {
            lower();
            return false;
        }
        return true;
    }

    private void lower() {
        if (raised) {
            raised = false;
            ring.words().lower(RingGeometry.READER_WAITS);
        }
    }

    /** After something was taken: whether the writer has to be woken. Not for each little room. */
    boolean writerSleeps() {
        return ring.words().isRaised(RingGeometry.WRITER_WAITS)
                && (isDrained() || ring.free() >= geometry.ringBytes() / 2)
                && ring.words().takeFlag(RingGeometry.WRITER_WAITS);
    }

    void failAll(OrreryException why) {
        current.ifPresent(message -> message.reception().fail(why));
        current = Optional.empty();
        for (Reception reception = queue.poll(); reception != null; reception = queue.poll()) {
            reception.fail(why);
        }
    }
}
