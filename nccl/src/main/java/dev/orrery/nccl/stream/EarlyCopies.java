package dev.orrery.nccl.stream;

import dev.orrery.internal.memory.MemoryBlock;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.nccl.transfer.Outgoing;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Copies small messages on the sender's thread, so that their sends end without waiting for the stream's thread. Bounded:
 * beyond that, sends wait. Thread-safe.
 */
final class EarlyCopies {
    private static final long MOST_BYTES = 256 << 10;

    private final AtomicLong copied = new AtomicLong();

    /** Returns what is to be sent: a copy, and then the send has ended, or the message itself. */
    Outgoing copyIfSmall(Outgoing message) {
        long bytes = message.byteSize();
        if (bytes > Flow.COPIED_BYTES || message.isGone()) {
            return message;
        }
        long cost = bytes + Flow.MESSAGE_BYTES;
        if (copied.addAndGet(cost) > MOST_BYTES) {
            copied.addAndGet(-cost);
            return message;
        }
        MemoryBlock block = MemoryPool.shared().allocate(Math.max(1, bytes));
        NativeMemory.copy(message.address(), block.address(), bytes);
        CompletableFuture<Void> sent = new CompletableFuture<>();
        sent.whenComplete((nothing, failure) -> {
            block.release();
            copied.addAndGet(-cost);
        });
        message.done().complete(null);
        return new Outgoing(message.envelope(), block.address(), block, sent);
    }
}
