package dev.orrery.nccl.shared;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Wakes the other side. Carries nothing but that. Thread-safe. */
final class Bell implements AutoCloseable {
    private static final ByteBuffer STROKE = ByteBuffer.allocateDirect(1).asReadOnlyBuffer();
    private static final int DRAINED_BYTES = 512;

    private final SocketChannel channel;
    private final ByteBuffer drained = ByteBuffer.allocateDirect(DRAINED_BYTES);

    /** @param channel connected, non-blocking */
    Bell(SocketChannel channel) {
        this.channel = channel;
    }

    SocketChannel channel() {
        return channel;
    }

    /** When the socket is full of strokes the other side has enough to wake up for. */
    void ring() {
        try {
            channel.write(STROKE.duplicate());
        } catch (IOException e) {
            // The other side is gone. That is noticed where the bell is listened to.
            return;
        }
    }

    /** Takes all strokes; false when the other side is gone. By one thread. */
    boolean drain() {
        try {
            int read;
            do {
                drained.clear();
                read = channel.read(drained);
            } while (read == DRAINED_BYTES);
            return read >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing was buffered that could be lost.
            return;
        }
    }
}
