package dev.orrery.nccl.host;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.port.LocalSockets;
import dev.orrery.nccl.port.LocalSockets.Listener;
import dev.orrery.nccl.port.Wire;
import dev.orrery.nccl.proto.SocketAnswer;
import dev.orrery.nccl.proto.SocketOffer;
import dev.orrery.nccl.shared.SharedFiles;
import dev.orrery.nccl.shared.Token;
import dev.orrery.nccl.transfer.Ends;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Over a new data connection, two members on one host that cannot share memory agree on a Unix domain socket, or that it
 * cannot be. Names are made and taken away on an executor, never on the connection's thread.
 */
final class SocketNegotiation extends Negotiation {
    /** Told once, on the connection's thread, which is the socket's too. */
    interface Outcome {
        /** The connection is not needed any more. */
        void onSocket(ChannelHandlerContext ctx, Channel socket);

        /** The connection belongs to the one who is told. */
        void onRefused(ChannelHandlerContext ctx, String whyNot);

        /** The connection ended before, or is closed. */
        void onFailed(NoPath why);
    }

    /**
     * What both sides need.
     *
     * @param folder where the socket is made
     * @param forbidden why there must be none; empty: there may be one
     */
    record Means(LocalSockets sockets, Path folder, Optional<String> forbidden, Executor executor) {}

    /** The peer has connected before it answers, so this is only until this side's thread sees both. */
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);

    private final Means means;
    private final Outcome outcome;
    private Optional<Listener> listener = Optional.empty();
    private Optional<Channel> connected = Optional.empty();

    /** @param dialled whether this side connected: it makes the offer */
    SocketNegotiation(Means means, Ends ends, boolean dialled, Outcome outcome) {
        super(ends, dialled, means.executor());
        this.means = means;
        this.outcome = outcome;
    }

    private static EventLoop loop(ChannelHandlerContext ctx) {
        return ctx.channel().eventLoop();
    }

    @Override
    void arrange(ChannelHandlerContext ctx) {
        SocketOffer.Builder offer = SocketOffer.newBuilder();
        Optional<Listener> arranged = Optional.empty();
        if (means.forbidden().isPresent()) {
            offer.setWhyNot(means.forbidden().get());
        } else {
            try {
                Token token = Token.random();
                arranged = Optional.of(means.sockets().listen(loop(ctx), SharedFiles.socket(means.folder()), token));
                offer.setPath(arranged.get().path().toString()).setToken(ByteString.copyFrom(token.bytes()));
            } catch (OrreryException | IOException e) {
                offer.setWhyNot(String.valueOf(e.getMessage()));
            }
        }
        Optional<Listener> mine = arranged;
        Wire.execute(ctx.executor(), () -> offer(ctx, mine, offer.build()), () -> mine.ifPresent(Listener::close));
    }

    private void offer(ChannelHandlerContext ctx, Optional<Listener> arranged, SocketOffer offer) {
        listener = arranged;
        if (isOver()) {
            discard();
            return;
        }
        sendOffer(ctx, offer);
        if (arranged.isEmpty()) {
            refuse(ctx, offer.getWhyNot());
        }
    }

    @Override
    void onOffer(ChannelHandlerContext ctx, byte[] frame) throws InvalidProtocolBufferException {
        SocketOffer offer = SocketOffer.parseFrom(frame);
        if (!offer.getWhyNot().isEmpty()) {
            refuse(ctx, offer.getWhyNot());
        } else if (means.forbidden().isPresent()) {
            decline(ctx, means.forbidden().get());
        } else {
            connect(ctx, Token.of(offer.getToken().toByteArray()), offer.getPath());
        }
    }

    private void connect(ChannelHandlerContext ctx, Token token, String offered) {
        Path path = SharedFiles.offered(means.folder(), offered, SharedFiles.Kind.SOCKET);
        means.sockets().connect(loop(ctx), path, token).whenComplete((socket, failure) -> {
            if (failure == null) {
                connected(ctx, socket);
            } else {
                decline(ctx, String.valueOf(failure.getMessage()));
            }
        });
    }

    @Override
    MessageLite refusal(String whyNot) {
        return SocketAnswer.newBuilder().setWhyNot(whyNot).build();
    }

    private void connected(ChannelHandlerContext ctx, Channel socket) {
        if (isOver()) {
            Wire.close(socket);
            return;
        }
        finish();
        send(ctx, SocketAnswer.getDefaultInstance());
        outcome.onSocket(ctx, socket);
    }

    @Override
    void onAnswer(ChannelHandlerContext ctx, byte[] frame) throws InvalidProtocolBufferException {
        SocketAnswer answer = SocketAnswer.parseFrom(frame);
        if (!answer.getWhyNot().isEmpty()) {
            discard();
            refuse(ctx, answer.getWhyNot());
            return;
        }
        Wire.after(ctx.executor(), CONNECT_LIMIT, () -> {
            if (!isOver()) {
                fail(ctx, misbehaved("an answer, but it did not connect to the socket in " + CONNECT_LIMIT));
            }
        });
        listener.orElseThrow()
                .accepted()
                .thenAccept(socket -> Wire.execute(ctx.executor(), () -> {
                    if (!isOver()) {
                        finish();
                        connected = Optional.of(socket);
                        discard();
                        outcome.onSocket(ctx, socket);
                    }
                }));
    }

    @Override
    void onRefused(ChannelHandlerContext ctx, String whyNot) {
        outcome.onRefused(ctx, whyNot);
    }

    /** The name is not needed any more, nor a connection that nobody took over. */
    private void discard() {
        listener.ifPresent(mine -> {
            listener = Optional.empty();
            if (connected.isEmpty()) {
                mine.accepted().thenAccept(Wire::close);
            }
            cleanUp(mine::close);
        });
    }

    @Override
    void onFailed(ChannelHandlerContext ctx, NoPath why) {
        discard();
        outcome.onFailed(why);
    }
}
