package dev.orrery.internal.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Frames on their way to a channel, in order. One that is alone leaves on its sender's thread; those that pile up while the channel's
 * thread is busy leave together, so that under load a system call carries many. Thread-safe.
 */
final class OutboundFrames {
    /** So many at the most before the first of them leaves. */
    private static final int BATCH = 128;

    private static final long HIGH_WATER_MARK = 64 << 10;

    /** Of a channel that can be written to past its own thread, as long as nobody else writes. */
    interface Direct {
        /** Whether all that was written on the channel's thread has left. */
        boolean isIdle();

        /** Returns how many bytes were taken, without waiting for room. */
        int writeNow(ByteBuffer bytes) throws IOException;
    }

    private final Channel channel;
    private final Optional<Direct> direct;
    private final Queue<ByteBuf> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    /** Held by who writes, from the decision to write until it is done: one at a time. */
    private final AtomicBoolean writing = new AtomicBoolean();

    OutboundFrames(Channel channel, Optional<Direct> direct) {
        this.channel = channel;
        this.direct = direct;
    }

    /** Takes the frame over; one for a channel that is closed goes nowhere. */
    void send(ByteBuf frame) {
        enqueue(frame);
        writeSoon();
    }

    /** As {@link #send}, of a frame that no other will follow soon. */
    void sendAlone(ByteBuf frame) {
        if (direct.isPresent() && waiting.isEmpty() && writing.compareAndSet(false, true)) {
            writeNow(frame, direct.get());
        } else {
            send(frame);
        }
    }

    /** False while more waits than the channel takes. */
    boolean isWritable() {
        return waitingBytes.get() < HIGH_WATER_MARK && channel.isWritable();
    }

    private void enqueue(ByteBuf frame) {
        waitingBytes.addAndGet(frame.readableBytes());
        waiting.add(frame);
    }

    private void writeSoon() {
        if (!writing.get() && writing.compareAndSet(false, true)) {
            onChannelThread(this::write);
        }
    }

    private boolean onChannelThread(Runnable step) {
        try {
            channel.eventLoop().execute(step);
            return true;
        } catch (RejectedExecutionException e) {
            // The transport was closed, and the channel with it.
            writing.set(false);
            discard();
            return false;
        }
    }

    private void writeNow(ByteBuf frame, Direct socket) {
        // Again: what was added since is to leave first.
        if (waiting.isEmpty() && socket.isIdle()) {
            frame.skipBytes(taken(frame, socket));
        }
        if (!frame.isReadable()) {
            frame.release();
            endWriting();
        } else if (frame.readerIndex() == 0) {
            enqueue(frame);
            onChannelThread(this::write);
        } else if (!onChannelThread(() -> writeRest(frame))) {
            frame.release();
        }
    }

    private static int taken(ByteBuf frame, Direct socket) {
        try {
            return socket.writeNow(frame.internalNioBuffer(0, frame.readableBytes()));
        } catch (IOException e) {
            // The channel's thread will meet it, too, and closes.
            return 0;
        }
    }

    private void writeRest(ByteBuf frame) {
        channel.writeAndFlush(frame, channel.voidPromise());
        write();
    }

    private void write() {
        try {
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
        } finally {
            endWriting();
        }
    }

    /** What was added while this one wrote had nobody to write it. */
    private void endWriting() {
        writing.set(false);
        if (!waiting.isEmpty()) {
            writeSoon();
        }
    }

    private void discard() {
        for (ByteBuf frame = waiting.poll(); frame != null; frame = waiting.poll()) {
            waitingBytes.addAndGet(-frame.readableBytes());
            frame.release();
        }
    }
}
