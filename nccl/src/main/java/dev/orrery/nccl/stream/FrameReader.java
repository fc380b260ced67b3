package dev.orrery.nccl.stream;

import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.nccl.transfer.BadMessageException;
import dev.orrery.nccl.transfer.MismatchException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import java.util.OptionalLong;

/** Cuts what arrives into frames and payloads, wherever the transport cut it. Used by one thread. */
final class FrameReader {
    /** Takes what was read. */
    interface Sink {
        /** Returns how many bytes of payload follow. */
        long onFrame(Frame frame) throws BadMessageException, MismatchException;

        /** Takes {@code length} bytes of payload from {@code in}. */
        void onPayload(ByteBuf in, int length);

        /** Where the next bytes of payload may be written directly; empty when they have to be handed in. */
        OptionalLong payloadAddress();

        /** {@code length} bytes of payload have come to {@link #payloadAddress()}. */
        void onPlaced(int length);

        /** After the last byte of a payload; also when it had none. */
        void onPayloadEnd() throws MismatchException;
    }

    /** For fewer bytes it is cheaper to copy them than to read them by themselves. */
    private static final int SMALLEST_PLACED = 4 << 10;

    private final Sink sink;
    private final ByteBuf head = Unpooled.buffer(Frame.LENGTH_BYTES + Frame.MAX_HEAD_BYTES);
    private long payloadLeft;

    FrameReader(Sink sink) {
        this.sink = sink;
    }

    void read(ByteBuf in) throws BadMessageException, MismatchException {
        while (in.isReadable()) {
            if (payloadLeft > 0) {
                int length = (int) Math.min(payloadLeft, in.readableBytes());
                sink.onPayload(in, length);
                payloadLeft -= length;
                if (payloadLeft == 0) {
                    sink.onPayloadEnd();
                }
            } else if (fill(in, Frame.LENGTH_BYTES)) {
                readHead(in);
            }
        }
    }

    /** Nothing is read of the frame that follows. */
    boolean isBetweenFrames() {
        return payloadLeft == 0 && head.writerIndex() == 0;
    }

    /** The place of what follows, no longer than the payload, to be read to and then told by {@link #placed}. */
    Optional<ByteBuf> place() {
        if (payloadLeft < SMALLEST_PLACED) {
            return Optional.empty();
        }
        OptionalLong address = sink.payloadAddress();
        if (address.isEmpty()) {
            return Optional.empty();
        }
        int length = (int) Math.min(payloadLeft, Integer.MAX_VALUE);
        // The sink keeps the memory.
        return Optional.of(Unpooled.wrappedBuffer(NativeMemory.view(address.getAsLong(), length, sink))
                .clear());
    }

    void placed(int length) throws MismatchException {
        sink.onPlaced(length);
        payloadLeft -= length;
        if (payloadLeft == 0) {
            sink.onPayloadEnd();
        }
    }

    private void readHead(ByteBuf in) throws BadMessageException, MismatchException {
        int length = head.getUnsignedShort(0);
        if (length == 0 || length > Frame.MAX_HEAD_BYTES) {
            throw BadMessageException.malformed("a frame's head of " + length + " bytes");
        }
        if (!fill(in, Frame.LENGTH_BYTES + length)) {
            return;
        }
        Frame frame = Frame.decode(head.skipBytes(Frame.LENGTH_BYTES));
        head.clear();
        payloadLeft = sink.onFrame(frame);
        if (payloadLeft == 0) {
            sink.onPayloadEnd();
        }
    }

    /** Whether {@code wanted} bytes of the head are there. */
    private boolean fill(ByteBuf in, int wanted) {
        int missing = wanted - head.writerIndex();
        if (missing > 0) {
            in.readBytes(head, Math.min(missing, in.readableBytes()));
        }
        return head.writerIndex() >= wanted;
    }
}
