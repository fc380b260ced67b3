package dev.orrery.nccl.host;

import com.google.protobuf.InvalidProtocolBufferException;
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
import io.netty.channel.ChannelHandlerContext;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Over a new data connection, two members on one host agree to share memory, or that it cannot be. Files are made and
 * opened on an executor, never on the connection's thread.
 */
final class SharedNegotiation extends Negotiation {
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
    private final Outcome outcome;
    private Optional<Meeting> meeting = Optional.empty();

    /** @param dialled whether this side connected: it makes the offer */
    SharedNegotiation(HostOptions options, Ends ends, boolean dialled, Executor executor, Outcome outcome) {
        super(dialled, executor);
        this.options = options;
        this.ends = ends;
        this.outcome = outcome;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        outcome.onConnected(ctx);
        super.handlerAdded(ctx);
    }

    @Override
    void arrange(ChannelHandlerContext ctx) {
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
        if (isOver()) {
            arranged.ifPresent(Meeting::close);
            return;
        }
        meeting = arranged;
        send(ctx, offer);
        if (arranged.isEmpty()) {
            finish();
            outcome.onRefused(ctx, offer.getWhyNot());
        }
    }

    @Override
    void onOffer(ChannelHandlerContext ctx, byte[] frame) throws InvalidProtocolBufferException {
        SharedOffer offer = SharedOffer.parseFrom(frame);
        if (!offer.getWhyNot().isEmpty()) {
            finish();
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
                if (!isOver()) {
                    finish();
                    send(
                            ctx,
                            SharedAnswer.newBuilder().setWhyNot(e.getMessage()).build());
                    outcome.onRefused(ctx, e.getMessage());
                }
            });
        }
    }

    private void joined(ChannelHandlerContext ctx, PathParts parts) {
        if (isOver()) {
            parts.discard();
            return;
        }
        finish();
        send(ctx, SharedAnswer.getDefaultInstance());
        outcome.onShared(ctx, parts);
    }

    @Override
    void onAnswer(ChannelHandlerContext ctx, byte[] frame) throws InvalidProtocolBufferException {
        SharedAnswer answer = SharedAnswer.parseFrom(frame);
        finish();
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
    void onClosed(ChannelHandlerContext ctx) {
        meeting.ifPresent(mine -> onExecutor(ctx, mine::close));
        outcome.onClosed(
                Failure.of("link", ends.peer() + ": its data connection was closed while the world was forming"));
    }
}
