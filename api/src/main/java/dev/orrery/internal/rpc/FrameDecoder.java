package dev.orrery.internal.rpc;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.Optional;

/** Checks the preface, then cuts the stream into frames: a u32 length and so many bytes. */
final class FrameDecoder extends ByteToMessageDecoder {
    private boolean prefaceSeen;
    private boolean refused;
    private int limit;

    FrameDecoder(int limit) {
        this.limit = limit;
    }

    /** Strangers may send only little. */
    void raiseLimit(int authenticatedLimit) {
        limit = authenticatedLimit;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (refused) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (!prefaceSeen) {
            Optional<String> mismatch = Preface.mismatch(in);
            if (mismatch.isPresent()) {
                refuse(mismatch.get());
            }
            if (in.readableBytes() < Preface.LENGTH) {
                return;
            }
            in.skipBytes(Preface.LENGTH);
            prefaceSeen = true;
        }
        if (in.readableBytes() < Integer.BYTES) {
            return;
        }
        long length = in.getUnsignedInt(in.readerIndex());
        if (length > limit) {
            refuse("a frame of " + length + " bytes, where at most " + limit + " are allowed");
        }
        if (in.readableBytes() >= Integer.BYTES + length) {
            in.skipBytes(Integer.BYTES);
            out.add(in.readRetainedSlice((int) length));
        }
    }

    private void refuse(String why) {
        refused = true;
        throw OrreryException.of(ErrorCode.PROTOCOL, why);
    }
}
