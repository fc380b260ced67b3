package dev.orrery.nccl.host;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.orrery.nccl.port.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Over a new data connection, the side that connected offers something, and the other answers. What blocks is done on an
 * executor; all methods but {@link #arrange} are called on the connection's thread.
 */
abstract class Negotiation extends SimpleChannelInboundHandler<ByteBuf> {
    private final boolean dialled;
    private final Executor executor;
    private boolean over;

    /** @param dialled whether this side connected: it makes the offer */
    Negotiation(boolean dialled, Executor executor) {
        this.dialled = dialled;
        this.executor = executor;
    }

    /** Makes what is offered, on the executor. */
    abstract void arrange(ChannelHandlerContext ctx);

    abstract void onOffer(ChannelHandlerContext ctx, byte[] offer) throws InvalidProtocolBufferException;

    abstract void onAnswer(ChannelHandlerContext ctx, byte[] answer) throws InvalidProtocolBufferException;

    /** The connection ended before this was over. */
    abstract void onClosed(ChannelHandlerContext ctx);

    /** Nothing that comes counts any more. */
    final void finish() {
        over = true;
    }

    final boolean isOver() {
        return over;
    }

    final void onExecutor(ChannelHandlerContext ctx, Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            Wire.close(ctx);
        }
    }

    static void send(ChannelHandlerContext ctx, MessageLite message) {
        byte[] bytes = message.toByteArray();
        Wire.write(ctx, ctx.alloc().buffer().writeInt(bytes.length).writeBytes(bytes));
        ctx.flush();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (dialled) {
            onExecutor(ctx, () -> arrange(ctx));
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) throws InvalidProtocolBufferException {
        byte[] bytes = ByteBufUtil.getBytes(frame);
        if (over) {
            return;
        }
        if (dialled) {
            onAnswer(ctx, bytes);
        } else {
            onOffer(ctx, bytes);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Wire.close(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!over) {
            over = true;
            onClosed(ctx);
        }
    }
}
