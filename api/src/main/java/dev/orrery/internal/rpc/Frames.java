package dev.orrery.internal.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.WireFormat;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Messages to frames and back, with few copies in between: tensors travel in them. */
final class Frames {
    @FunctionalInterface
    private interface Body {
        void writeTo(CodedOutputStream out) throws IOException;
    }

    private Frames() {}

    static ByteBuf write(ByteBufAllocator allocator, MessageLite message) {
        return write(allocator, message.getSerializedSize(), message::writeTo);
    }

    /**
     * The frame whose field {@code kind} is {@code head} with {@code payload} as its field {@code payloadField}: the
     * payload is written into its place, instead of into a byte string first.
     */
    static ByteBuf write(
            ByteBufAllocator allocator, int kind, MessageLite head, int payloadField, MessageLite payload) {
        int headSize = head.getSerializedSize() + CodedOutputStream.computeMessageSize(payloadField, payload);
        int size =
                CodedOutputStream.computeTagSize(kind) + CodedOutputStream.computeUInt32SizeNoTag(headSize) + headSize;
        return write(allocator, size, out -> {
            out.writeTag(kind, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(headSize);
            head.writeTo(out);
            out.writeMessage(payloadField, payload);
        });
    }

    private static ByteBuf write(ByteBufAllocator allocator, int size, Body body) {
        ByteBuf frame = allocator.ioBuffer(Integer.BYTES + size, Integer.BYTES + size);
        try {
            frame.writeInt(size);
            CodedOutputStream out = CodedOutputStream.newInstance(frame.nioBuffer(Integer.BYTES, size));
            body.writeTo(out);
            out.flush();
            frame.writerIndex(Integer.BYTES + size);
            return frame;
        } catch (IOException e) {
            frame.release();
            throw new UncheckedIOException(e);
        }
    }

    /** Consumes the frame. */
    static <M extends MessageLite> M read(Parser<M> parser, ByteBuf frame) {
        try {
            return parser.parseFrom(CodedInputStream.newInstance(frame.nioBuffer()));
        } catch (InvalidProtocolBufferException e) {
            throw OrreryException.of(ErrorCode.PROTOCOL, "a frame that is no message", e);
        } finally {
            frame.release();
        }
    }

    /** The message's own byte strings are parts of {@code payload}, not copies. */
    static <M extends MessageLite> M readPayload(Parser<M> parser, ByteString payload)
            throws InvalidProtocolBufferException {
        CodedInputStream in = payload.newCodedInput();
        in.enableAliasing(true);
        M message = parser.parseFrom(in);
        in.checkLastTagWas(0);
        return message;
    }
}
