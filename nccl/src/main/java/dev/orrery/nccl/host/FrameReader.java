package dev.orrery.nccl.host;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Cuts what arrives into frames and payloads, wherever the transport cut it. Used by one thread. */
final class FrameReader {
    /** Takes what was read. */
    interface Sink {
        /** Returns how many bytes of payload follow. */
        long onFrame(Frame frame) throws BadFrameException;

        /** Takes {@code length} bytes of payload from {@code in}. */
        void onPayload(ByteBuf in, int length);

        /** After the last byte of a payload; also when it had none. */
        void onPayloadEnd();
    }

    private final Sink sink;
    private final ByteBuf head = Unpooled.buffer(Frame.LENGTH_BYTES + Frame.MAX_HEAD_BYTES);
    private long payloadLeft;

    FrameReader(Sink sink) {
        this.sink = sink;
    }

    void read(ByteBuf in) throws BadFrameException {
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

    private void readHead(ByteBuf in) throws BadFrameException {
        int length = head.getUnsignedShort(0);
        if (length == 0 || length > Frame.MAX_HEAD_BYTES) {
            throw BadFrameException.malformed("a frame's head of " + length + " bytes");
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
