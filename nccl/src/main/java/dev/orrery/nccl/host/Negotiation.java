package dev.orrery.nccl.host;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.port.Wire;
import dev.orrery.nccl.transfer.Ends;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Over a new data connection, the side that connected offers something, and the other answers. What blocks is done on an
 * executor; all methods but {@link #arrange} are called on the connection's thread.
 */
abstract class Negotiation extends SimpleChannelInboundHandler<ByteBuf> {
    private final Ends ends;
    private final boolean dialled;
    private final Executor executor;
    private boolean offered;
    private boolean heard;
    private boolean over;

    /** @param dialled whether this side connected: it makes the offer */
    Negotiation(Ends ends, boolean dialled, Executor executor) {
        this.ends = ends;
        this.dialled = dialled;
        this.executor = executor;
    }

    /** Makes what is offered, on the executor. */
    abstract void arrange(ChannelHandlerContext ctx);

    /** Throws PROTOCOL for what is no offer; any other OrreryException is why it is declined. */
    abstract void onOffer(ChannelHandlerContext ctx, byte[] offer) throws InvalidProtocolBufferException;

    /** May throw PROTOCOL. There was an offer. */
    abstract void onAnswer(ChannelHandlerContext ctx, byte[] answer) throws InvalidProtocolBufferException;

    /** The answer to an offer that is declined. */
    abstract MessageLite refusal(String whyNot);

    /** It cannot be, and this is over; the peer knows. */
    abstract void onRefused(ChannelHandlerContext ctx, String whyNot);

    /** The connection ended, or is closed for what the peer did, before this was over. */
    abstract void onFailed(ChannelHandlerContext ctx, NoPath why);

    final Ends ends() {
        return ends;
    }

    /** Nothing that comes counts any more. */
    final void finish() {
        over = true;
    }

    final boolean isOver() {
        return over;
    }

    /** At the end of the process's worlds the connection is closed instead. */
    final void onExecutor(ChannelHandlerContext ctx, Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            Wire.close(ctx);
        }
    }

    /** At the end of the process's worlds on the calling thread, so that nothing stays behind. */
    final void cleanUp(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            task.run();
        }
    }

    /** The peer knows already. */
    final void refuse(ChannelHandlerContext ctx, String whyNot) {
        finish();
        onRefused(ctx, whyNot);
    }

    /** Answers an offer; nothing follows when this is over. */
    final void decline(ChannelHandlerContext ctx, String whyNot) {
        if (!over) {
            finish();
            send(ctx, refusal(whyNot));
            onRefused(ctx, whyNot);
        }
    }

    final void sendOffer(ChannelHandlerContext ctx, MessageLite offer) {
        offered = true;
        send(ctx, offer);
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
        if (heard) {
            throw OrreryException.of(ErrorCode.PROTOCOL, dialled ? "a second answer" : "a second offer");
        }
        heard = true;
        if (!dialled) {
            consider(ctx, bytes);
        } else if (offered) {
            onAnswer(ctx, bytes);
        } else {
            throw OrreryException.of(ErrorCode.PROTOCOL, "an answer, though nothing was offered yet");
        }
    }

    private void consider(ChannelHandlerContext ctx, byte[] offer) throws InvalidProtocolBufferException {
        try {
            onOffer(ctx, offer);
        } catch (OrreryException e) {
            if (e.code() == ErrorCode.PROTOCOL) {
                throw e;
            }
            decline(ctx, e.getMessage());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx, failure(cause));
    }

    private NoPath failure(Throwable cause) {
        if (cause instanceof OrreryException wrong) {
            return misbehaved(wrong.detail());
        }
        if (cause instanceof InvalidProtocolBufferException || cause instanceof DecoderException) {
            return misbehaved("bytes that are no message: " + cause.getMessage());
        }
        if (cause instanceof IOException) {
            return new NoPath.Closed("its data connection failed: " + cause.getMessage());
        }
        return new NoPath.Failed(Failure.of(cause));
    }

    /** @param what it sent */
    final NoPath misbehaved(String what) {
        return new NoPath.Failed(Failure.of(
                ErrorCode.PROTOCOL.name(),
                "%s, while a data path was agreed on, sent what it must not: %s; does it run the same version?"
                        .formatted(ends.peer(), what)));
    }

    /** Once, and only when nothing else came of it. */
    final void fail(ChannelHandlerContext ctx, NoPath why) {
        if (!over) {
            over = true;
            onFailed(ctx, why);
        }
        Wire.close(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(ctx, new NoPath.Closed("its data connection was closed while the world was forming"));
    }
}
