package dev.orrery.internal.rpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Messages to frames and back, without a copy in between. */
final class Frames {
    private Frames() {}

    static ByteBuf write(ByteBufAllocator allocator, MessageLite message) {
        int size = message.getSerializedSize();
        ByteBuf frame = allocator.ioBuffer(Integer.BYTES + size, Integer.BYTES + size);
        try {
            frame.writeInt(size);
            ByteBuffer target = frame.nioBuffer(Integer.BYTES, size);
            CodedOutputStream out = CodedOutputStream.newInstance(target);
            message.writeTo(out);
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
}
