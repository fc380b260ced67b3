package dev.orrery.internal.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Frames on their way to a channel, in order. Those that pile up while its thread is busy leave together, so that under load
 * a system call carries many. Thread-safe.
 */
final class OutboundFrames {
    /** So many at the most before the first of them leaves. */
    private static final int BATCH = 128;

    private static final long HIGH_WATER_MARK = 64 << 10;

    private final Channel channel;
    private final Queue<ByteBuf> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    OutboundFrames(Channel channel) {
        this.channel = channel;
    }

    /** Takes the frame over; one for a channel that is closed goes nowhere. */
    void send(ByteBuf frame) {
        waitingBytes.addAndGet(frame.readableBytes());
        waiting.add(frame);
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            try {
                channel.eventLoop().execute(this::write);
            } catch (RejectedExecutionException e) {
                // The transport was closed, and the channel with it.
                scheduled.set(false);
                discard();
            }
        }
    }

    /** False while more waits than the channel takes. */
    boolean isWritable() {
        return waitingBytes.get() < HIGH_WATER_MARK && channel.isWritable();
    }

    private void write() {
        // First: a frame that is added from now on may be missed below, and then asks for a write of its own.
        scheduled.set(false);
        int batch = 0;
        for (ByteBuf frame = waiting.poll(); frame != null; frame = waiting.poll()) {
            waitingBytes.addAndGet(-frame.readableBytes());
            channel.write(frame, channel.voidPromise());
            batch++;
            if (batch == BATCH) {
                channel.flush();
                batch = 0;
            }
        }
        if (batch > 0) {
            channel.flush();
        }
    }

    private void discard() {
        for (ByteBuf frame = waiting.poll(); frame != null; frame = waiting.poll()) {
            waitingBytes.addAndGet(-frame.readableBytes());
            frame.release();
        }
    }
}
