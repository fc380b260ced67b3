package dev.orrery.nccl.host;

import dev.orrery.error.Failure;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.host.HostDataPath.Parts;
import dev.orrery.nccl.port.PeerProcess;
import dev.orrery.nccl.port.Wire;
import dev.orrery.nccl.shared.PathParts;
import dev.orrery.nccl.shared.SharedPath;
import dev.orrery.nccl.stream.StreamPath;
import dev.orrery.nccl.transfer.Ends;
import dev.orrery.world.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses what carries the messages: shared memory where both are on one host, a Unix domain socket where that cannot be
 * had, otherwise the connection itself.
 */
final class ChosenPath implements PathFactory {
    private static final Logger log = LoggerFactory.getLogger(ChosenPath.class);
    private static final int MAX_FRAME_BYTES = 64 << 10;

    private final Parts parts;
    private final Ends ends;
    private final boolean dialled;

    /** @param dialled whether this side connects */
    ChosenPath(Parts parts, Ends ends, boolean dialled) {
        this.parts = parts;
        this.ends = ends;
        this.dialled = dialled;
    }

    @Override
    public ChannelHandler[] connect(PeerProcess peer, Outcome outcome) {
        if (!peer.isOnHostOf(parts.port().self())) {
            return new ChannelHandler[] {
                new Starter(ctx -> stream(ctx, outcome, ends.peer() + " is on another host, or does not share memory"))
            };
        }
        ChannelHandler frames = new LengthFieldBasedFrameDecoder(MAX_FRAME_BYTES, 0, Integer.BYTES, 0, Integer.BYTES);
        return new ChannelHandler[] {
            frames,
            new SharedNegotiation(
                    parts.options().host(), ends, dialled, parts.forming(), new Negotiated(frames, outcome))
        };
    }

    /** The connection itself carries the messages, if it may. */
    private void stream(ChannelHandlerContext ctx, Outcome outcome, String whyNotShared) {
        Optional<Transport> only = parts.options().host().transport();
        if (only.isPresent() && only.get() != Transport.TCP) {
            outcome.onNone(new NoPath.Failed(
                    Failure.of("transport", "only " + only.get() + " may be used, and cannot: " + whyNotShared)));
            Wire.close(ctx);
            return;
        }
        stream(Transport.TCP, ctx.channel(), outcome);
    }

    private void stream(Transport transport, Channel channel, Outcome outcome) {
        StreamPath path = new StreamPath(transport, ends, parts.options(), parts.tickInterval(), outcome.events());
        channel.pipeline().addLast(path);
        outcome.onPath(path);
    }

    private final class Negotiated implements SharedNegotiation.Outcome {
        private final ChannelHandler frames;
        private final Outcome outcome;

        Negotiated(ChannelHandler frames, Outcome outcome) {
            this.frames = frames;
            this.outcome = outcome;
        }

        @Override
        public void onConnected(ChannelHandlerContext ctx) {
            outcome.whenUnwanted(() -> Wire.close(ctx));
        }

        @Override
        public void onShared(ChannelHandlerContext ctx, PathParts shared) {
            SharedPath path = new SharedPath(
                    shared,
                    new SharedPath.Rules(
                            parts.options().maxTensorBytes(), parts.options().operationTimeout(), parts.tickInterval()),
                    parts.rings(),
                    outcome.events(),
                    NanoClock.SYSTEM);
            path.start();
            outcome.onPath(path);
            if (dialled) {
                // The other side waits for that, so that its answer is not lost.
                Wire.close(ctx);
            }
        }

        @Override
        public void onRefused(ChannelHandlerContext ctx, String whyNot) {
            SocketNegotiation next =
                    new SocketNegotiation(socketMeans(), ends, dialled, new Unshared(frames, outcome, whyNot));
            ctx.pipeline().replace(ctx.handler(), null, next);
        }

        @Override
        public void onFailed(NoPath why) {
            outcome.onNone(why);
        }
    }

    private SocketNegotiation.Means socketMeans() {
        Optional<String> forbidden = parts.options()
                .host()
                .transport()
                .filter(only -> only != Transport.UNIX_SOCKET)
                .map(only -> "only " + only + " may be used");
        return new SocketNegotiation.Means(
                parts.port().localSockets(), parts.options().host().socketFolder(), forbidden, parts.forming());
    }

    /** What comes of it when memory is not shared. */
    private final class Unshared implements SocketNegotiation.Outcome {
        private final ChannelHandler frames;
        private final Outcome outcome;
        private final String whyNotShared;

        Unshared(ChannelHandler frames, Outcome outcome, String whyNotShared) {
            this.frames = frames;
            this.outcome = outcome;
            this.whyNotShared = whyNotShared;
        }

        @Override
        public void onSocket(ChannelHandlerContext ctx, Channel socket) {
            if (parts.options().host().transport().isEmpty()) {
                log.warn(
                        "between {} and {}: no shared memory, so a Unix domain socket, which is slower: {}",
                        ends.self(),
                        ends.peer(),
                        whyNotShared);
            }
            if (socket.isActive()) {
                stream(Transport.UNIX_SOCKET, socket, outcome);
                socket.config().setAutoRead(true);
            } else {
                onFailed(new NoPath.Closed("its socket was closed while the world was forming"));
            }
            if (dialled) {
                // The other side waits for that, so that its answer is not lost.
                Wire.close(ctx);
            }
        }

        @Override
        public void onRefused(ChannelHandlerContext ctx, String whyNot) {
            log.warn(
                    "between {} and {}: no shared memory, so {}, which is slower: {}; nor a Unix domain socket: {}",
                    ends.self(),
                    ends.peer(),
                    Transport.TCP,
                    whyNotShared,
                    whyNot);
            stream(ctx, outcome, whyNotShared + "; nor a Unix domain socket: " + whyNot);
            ctx.pipeline().remove(ctx.handler());
            ctx.pipeline().remove(frames);
        }

        @Override
        public void onFailed(NoPath why) {
            outcome.onNone(why);
        }
    }

    /** Does something as soon as it is in the pipeline, and is gone. */
    private static final class Starter extends ChannelInboundHandlerAdapter {
        private final Consumer<ChannelHandlerContext> start;

        Starter(Consumer<ChannelHandlerContext> start) {
            this.start = start;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            start.accept(ctx);
            ctx.pipeline().remove(this);
        }
    }
}
