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
    private Runnable bytesCame = () -> {};

    FrameDecoder(int limit) {
        this.limit = limit;
    }

    /** Strangers may send only little. A large frame takes its time, so that bytes come is told, not only frames. */
    void trust(int authenticatedLimit, Runnable onBytes) {
        limit = authenticatedLimit;
        bytesCame = onBytes;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object input) throws Exception {
        bytesCame.run();
        super.channelRead(context, input);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (refused) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (!prefaceSeen && !readPreface(in)) {
            return;
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

    private boolean readPreface(ByteBuf in) {
        Optional<String> mismatch = Preface.mismatch(in);
        if (mismatch.isPresent()) {
            refuse(mismatch.get());
        }
        if (in.readableBytes() < Preface.LENGTH) {
            return false;
        }
        in.skipBytes(Preface.LENGTH);
        prefaceSeen = true;
        return true;
    }

    private void refuse(String why) {
        refused = true;
        throw OrreryException.of(ErrorCode.PROTOCOL, why);
    }
}
