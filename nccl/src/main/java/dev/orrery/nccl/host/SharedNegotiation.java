package dev.orrery.nccl.host;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.port.Wire;
import dev.orrery.nccl.proto.SharedAnswer;
import dev.orrery.nccl.proto.SharedOffer;
import dev.orrery.nccl.shared.Meeting;
import dev.orrery.nccl.shared.PathParts;
import dev.orrery.nccl.shared.RingGeometry;
import dev.orrery.nccl.transfer.Ends;
import dev.orrery.world.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Over a new data connection, two members on one host agree to share memory, or that it cannot be. Files are made and
 * opened on an executor, never on the connection's thread.
 */
final class SharedNegotiation extends SimpleChannelInboundHandler<ByteBuf> {
    /** Told once, on the connection's thread or on the executor; then the connection belongs to the one who is told. */
    interface Outcome {
        /** First. */
        void onConnected(ChannelHandlerContext ctx);

        void onShared(ChannelHandlerContext ctx, PathParts parts);

        void onRefused(ChannelHandlerContext ctx, String whyNot);

        /** The connection ended before. */
        void onClosed(Failure cause);
    }

    private final HostOptions options;
    private final Ends ends;
    private final boolean dialled;
    private final Executor executor;
    private final Outcome outcome;
    private Optional<Meeting> meeting = Optional.empty();
    private boolean over;

    /** @param dialled whether this side connected: it makes the offer */
    SharedNegotiation(HostOptions options, Ends ends, boolean dialled, Executor executor, Outcome outcome) {
        this.options = options;
        this.ends = ends;
        this.dialled = dialled;
        this.executor = executor;
        this.outcome = outcome;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        outcome.onConnected(ctx);
        if (dialled) {
            onExecutor(ctx, () -> arrange(ctx));
        }
    }

    private void onExecutor(ChannelHandlerContext ctx, Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            Wire.close(ctx);
        }
    }

    private void arrange(ChannelHandlerContext ctx) {
        SharedOffer.Builder offer = SharedOffer.newBuilder();
        Optional<Meeting> arranged = Optional.empty();
        try {
            checkAllowed();
            RingGeometry geometry = options.rings();
            Meeting made = Meeting.arrange(options.folder(), geometry);
            arranged = Optional.of(made);
            offer.setRingPath(made.ringPath().toString())
                    .setBellPath(made.bellPath().toString())
                    .setRingBytes(geometry.ringBytes())
                    .setChunkBytes(geometry.chunkBytes());
        } catch (OrreryException e) {
            offer.setWhyNot(e.getMessage());
        }
        Optional<Meeting> mine = arranged;
        Wire.execute(ctx.executor(), () -> offer(ctx, mine, offer.build()));
    }

    private void checkAllowed() {
        options.transport().filter(only -> only != Transport.SHARED_MEMORY).ifPresent(only -> {
            throw OrreryException.of(ErrorCode.UNAVAILABLE, "only " + only + " may be used");
        });
    }

    private void offer(ChannelHandlerContext ctx, Optional<Meeting> arranged, SharedOffer offer) {
        if (over) {
            arranged.ifPresent(Meeting::close);
            return;
        }
        meeting = arranged;
        send(ctx, offer);
        if (arranged.isEmpty()) {
            over = true;
            outcome.onRefused(ctx, offer.getWhyNot());
        }
    }

    private static void send(ChannelHandlerContext ctx, MessageLite message) {
        byte[] bytes = message.toByteArray();
        Wire.write(ctx, ctx.alloc().buffer().writeInt(bytes.length).writeBytes(bytes));
        ctx.flush();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) throws InvalidProtocolBufferException {
        byte[] bytes = ByteBufUtil.getBytes(frame);
        if (over) {
            return;
        }
        if (dialled) {
            onAnswer(ctx, SharedAnswer.parseFrom(bytes));
        } else {
            onOffer(ctx, SharedOffer.parseFrom(bytes));
        }
    }

    private void onOffer(ChannelHandlerContext ctx, SharedOffer offer) {
        if (!offer.getWhyNot().isEmpty()) {
            over = true;
            outcome.onRefused(ctx, offer.getWhyNot());
            return;
        }
        onExecutor(ctx, () -> join(ctx, offer));
    }

    private void join(ChannelHandlerContext ctx, SharedOffer offer) {
        try {
            checkAllowed();
            RingGeometry geometry = new RingGeometry(offer.getRingBytes(), offer.getChunkBytes());
            PathParts parts = Meeting.join(
                    Path.of(offer.getRingPath()), Path.of(offer.getBellPath()), geometry, ends.self(), ends.peer());
            Wire.execute(ctx.executor(), () -> joined(ctx, parts));
        } catch (OrreryException e) {
            Wire.execute(ctx.executor(), () -> {
                if (!over) {
                    over = true;
                    send(
                            ctx,
                            SharedAnswer.newBuilder().setWhyNot(e.getMessage()).build());
                    outcome.onRefused(ctx, e.getMessage());
                }
            });
        }
    }

    private void joined(ChannelHandlerContext ctx, PathParts parts) {
        if (over) {
            parts.discard();
            return;
        }
        over = true;
        send(ctx, SharedAnswer.getDefaultInstance());
        outcome.onShared(ctx, parts);
    }

    private void onAnswer(ChannelHandlerContext ctx, SharedAnswer answer) {
        over = true;
        Meeting mine = meeting.orElseThrow();
        meeting = Optional.empty();
        onExecutor(ctx, () -> {
            try (mine) {
                if (answer.getWhyNot().isEmpty()) {
                    outcome.onShared(ctx, mine.complete(ends.self(), ends.peer()));
                } else {
                    Wire.execute(ctx.executor(), () -> outcome.onRefused(ctx, answer.getWhyNot()));
                }
            } catch (OrreryException e) {
                outcome.onClosed(Failure.of(e));
                Wire.close(ctx);
            }
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Wire.close(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!over) {
            over = true;
            meeting.ifPresent(mine -> onExecutor(ctx, mine::close));
            outcome.onClosed(
                    Failure.of("link", ends.peer() + ": its data connection was closed while the world was forming"));
        }
    }
}
