package dev.orrery.nccl.port;

import dev.orrery.nccl.shared.Token;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a connection pass that brings the token, and closes every other. Reads not one byte beyond it: that belongs to who
 * takes the connection over.
 */
final class TokenReader extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(TokenReader.class);

    private final Token token;
    private final CompletableFuture<Channel> passed;
    private final ByteBuffer first = ByteBuffer.allocate(Token.BYTES);
    private boolean over;

    /** @param passed completed by the first that brings it */
    TokenReader(Token token, CompletableFuture<Channel> passed) {
        this.token = token;
        this.passed = passed;
    }

    /** Closes it unless it has passed. On the channel's thread. */
    void giveUp(Channel channel) {
        if (!over) {
            over = true;
            Wire.close(channel);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ReadPlacement.of(ctx.channel()).orElseThrow().choose(this::place);
    }

    private Optional<ByteBuf> place(ByteBufAllocator allocator) {
        return Optional.of(allocator.directBuffer(first.remaining(), first.remaining()));
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            first.put(bytes.nioBuffer());
        } finally {
            bytes.release();
        }
        if (over) {
            return;
        }
        if (first.hasRemaining()) {
            ctx.read();
            return;
        }
        if (!token.isIn(first.flip())) {
            log.warn(
                    "closed a connection to {} that is not the peer's",
                    ctx.channel().localAddress());
            giveUp(ctx.channel());
            return;
        }
        over = true;
        ReadPlacement.of(ctx.channel()).orElseThrow().choose(allocator -> Optional.empty());
        ctx.pipeline().remove(this);
        if (!passed.complete(ctx.channel())) {
            Wire.close(ctx.channel());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        giveUp(ctx.channel());
    }
}
