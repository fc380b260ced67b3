package dev.orrery.nccl.host;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.port.Wire;
import dev.orrery.nccl.proto.SharedAnswer;
import dev.orrery.nccl.proto.SharedOffer;
import dev.orrery.nccl.shared.Invitation;
import dev.orrery.nccl.shared.Meeting;
import dev.orrery.nccl.shared.PathParts;
import dev.orrery.nccl.shared.RingGeometry;
import dev.orrery.nccl.shared.SharedFiles;
import dev.orrery.nccl.shared.Token;
import dev.orrery.nccl.transfer.Ends;
import dev.orrery.world.Transport;
import io.netty.channel.ChannelHandlerContext;
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

        /** The connection ended before, or is closed. */
        void onFailed(NoPath why);
    }

    private final HostOptions options;
    private final Outcome outcome;
    private Optional<Meeting> meeting = Optional.empty();

    /** @param dialled whether this side connected: it makes the offer */
    SharedNegotiation(HostOptions options, Ends ends, boolean dialled, Executor executor, Outcome outcome) {
        super(ends, dialled, executor);
        this.options = options;
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
        Optional<String> forbidden = forbidden();
        if (forbidden.isPresent()) {
            offer.setWhyNot(forbidden.get());
        } else {
            try {
                Meeting made = Meeting.arrange(options.folder(), options.rings());
                arranged = Optional.of(made);
                write(made.invitation(), offer);
            } catch (OrreryException e) {
                offer.setWhyNot(e.getMessage());
            }
        }
        Optional<Meeting> mine = arranged;
        Wire.execute(ctx.executor(), () -> offer(ctx, mine, offer.build()), () -> mine.ifPresent(Meeting::close));
    }

    private static void write(Invitation invitation, SharedOffer.Builder offer) {
        offer.setRingPath(invitation.ring().toString())
                .setBellPath(invitation.bell().toString())
                .setRingBytes(invitation.geometry().ringBytes())
                .setChunkBytes(invitation.geometry().chunkBytes())
                .setToken(ByteString.copyFrom(invitation.token().bytes()));
    }

    /** Throws PROTOCOL for what is none, UNAVAILABLE for one to another folder. */
    private Invitation read(SharedOffer offer) {
        RingGeometry geometry;
        try {
            geometry = new RingGeometry(offer.getRingBytes(), offer.getChunkBytes());
        } catch (OrreryException e) {
            throw OrreryException.of(ErrorCode.PROTOCOL, e.detail(), e);
        }
        Token token = Token.of(offer.getToken().toByteArray());
        return new Invitation(
                SharedFiles.offered(options.folder(), offer.getRingPath(), SharedFiles.Kind.RING),
                SharedFiles.offered(options.folder(), offer.getBellPath(), SharedFiles.Kind.BELL),
                geometry,
                token);
    }

    private Optional<String> forbidden() {
        return options.transport()
                .filter(only -> only != Transport.SHARED_MEMORY)
                .map(only -> "only " + only + " may be used");
    }

    private void offer(ChannelHandlerContext ctx, Optional<Meeting> arranged, SharedOffer offer) {
        if (isOver()) {
            arranged.ifPresent(mine -> cleanUp(mine::close));
            return;
        }
        meeting = arranged;
        sendOffer(ctx, offer);
        if (arranged.isEmpty()) {
            refuse(ctx, offer.getWhyNot());
        }
    }

    @Override
    void onOffer(ChannelHandlerContext ctx, byte[] frame) throws InvalidProtocolBufferException {
        SharedOffer offer = SharedOffer.parseFrom(frame);
        Optional<String> forbidden = forbidden();
        if (!offer.getWhyNot().isEmpty()) {
            refuse(ctx, offer.getWhyNot());
        } else if (forbidden.isPresent()) {
            decline(ctx, forbidden.get());
        } else {
            Invitation invitation = read(offer);
            onExecutor(ctx, () -> join(ctx, invitation));
        }
    }

    private void join(ChannelHandlerContext ctx, Invitation invitation) {
        try {
            PathParts parts = Meeting.join(invitation, ends().self(), ends().peer());
            Wire.execute(ctx.executor(), () -> joined(ctx, parts), parts::discard);
        } catch (OrreryException e) {
            Wire.execute(ctx.executor(), () -> decline(ctx, e.getMessage()));
        }
    }

    @Override
    MessageLite refusal(String whyNot) {
        return SharedAnswer.newBuilder().setWhyNot(whyNot).build();
    }

    @Override
    void onRefused(ChannelHandlerContext ctx, String whyNot) {
        outcome.onRefused(ctx, whyNot);
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
        cleanUp(() -> settle(ctx, mine, answer.getWhyNot()));
    }

    private void settle(ChannelHandlerContext ctx, Meeting mine, String whyNot) {
        try (mine) {
            if (whyNot.isEmpty()) {
                outcome.onShared(ctx, mine.complete(ends().self(), ends().peer()));
            } else {
                Wire.execute(ctx.executor(), () -> outcome.onRefused(ctx, whyNot));
            }
        } catch (OrreryException e) {
            outcome.onFailed(
                    e.code() == ErrorCode.PROTOCOL ? misbehaved(e.detail()) : new NoPath.Failed(Failure.of(e)));
            Wire.close(ctx);
        }
    }

    @Override
    void onFailed(ChannelHandlerContext ctx, NoPath why) {
        meeting.ifPresent(mine -> cleanUp(mine::close));
        meeting = Optional.empty();
        outcome.onFailed(why);
    }
}
