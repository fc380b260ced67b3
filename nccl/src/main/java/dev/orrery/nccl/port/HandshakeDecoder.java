package dev.orrery.nccl.port;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * What both sides of a handshake share: frames of a u16 length and a message, and a bound for all of it. Removes itself
 * at the end; bytes that came behind the handshake go to the connection's own handlers.
 */
abstract class HandshakeDecoder extends ByteToMessageDecoder {
    static final byte[] MAGIC = "ORRWORLD".getBytes(StandardCharsets.US_ASCII);
    static final int VERSION = 1;
    static final int PREFACE_BYTES = MAGIC.length + 1;
    private static final int MAX_FRAME_BYTES = 0xFFFF;

    private final Duration timeout;
    private Future<?> timer;
    private boolean ended;

    HandshakeDecoder(Duration timeout) {
        this.timeout = timeout;
    }

    /** A message of the other side. */
    abstract void onFrame(ChannelHandlerContext ctx, byte[] frame) throws InvalidProtocolBufferException;

    /** The handshake came to nothing; the channel is about to be closed. Called once. */
    abstract void onFailure(Reason reason, String why);

    enum Reason {
        CLOSED,
        TIMEOUT,
        GARBAGE
    }

    /** Checks what comes before the first frame; returns whether it is complete. */
    boolean onPreface(ChannelHandlerContext ctx, ByteBuf in) {
        return true;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timer = ctx.executor()
                .schedule(
                        () -> fail(ctx, Reason.TIMEOUT, "no handshake within " + timeout.toMillis() + " ms"),
                        timeout.toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
            throws InvalidProtocolBufferException {
        if (ended) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (!onPreface(ctx, in) || in.readableBytes() < Short.BYTES) {
            return;
        }
        int length = in.getUnsignedShort(in.readerIndex());
        if (in.readableBytes() < Short.BYTES + length) {
            return;
        }
        byte[] frame = new byte[length];
        in.skipBytes(Short.BYTES).readBytes(frame);
        onFrame(ctx, frame);
    }

    static ByteBuf frame(ChannelHandlerContext ctx, MessageLite message) {
        return frame(ctx, message.toByteArray());
    }

    static ByteBuf frame(ChannelHandlerContext ctx, byte[] bytes) {
        if (bytes.length > MAX_FRAME_BYTES) {
            throw new IllegalArgumentException("a handshake message of " + bytes.length + " bytes");
        }
        return ctx.alloc()
                .buffer(Short.BYTES + bytes.length)
                .writeShort(bytes.length)
                .writeBytes(bytes);
    }

    static void send(ChannelHandlerContext ctx, MessageLite message) {
        Wire.write(ctx, frame(ctx, message));
        ctx.flush();
    }

    /** Returns false when it is too late: the connection was closed meanwhile. */
    final boolean handOver(ChannelHandlerContext ctx, PortConnection connection, PeerProcess peer) {
        if (ended || !ctx.channel().isActive()) {
            connection.gone();
            return false;
        }
        end();
        ChannelHandlerContext last = ctx;
        for (ChannelHandler handler : connection.handlers(peer)) {
            ctx.pipeline().addAfter(last.name(), null, handler);
            last = ctx.pipeline().context(handler);
        }
        ctx.pipeline().remove(this);
        return true;
    }

    final void fail(ChannelHandlerContext ctx, Reason reason, String why) {
        if (!ended) {
            end();
            onFailure(reason, why);
            Wire.close(ctx);
        }
    }

    /** For a side that ends the handshake by a last word of its own. */
    final void end() {
        ended = true;
        timer.cancel(false);
    }

    final boolean ended() {
        return ended;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        fail(ctx, Reason.CLOSED, "the peer closed the connection during the handshake");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Reason reason = cause instanceof java.io.IOException ? Reason.CLOSED : Reason.GARBAGE;
        fail(ctx, reason, cause.toString());
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        timer.cancel(false);
    }

    static String remote(Channel channel) {
        return String.valueOf(channel.remoteAddress());
    }
}
