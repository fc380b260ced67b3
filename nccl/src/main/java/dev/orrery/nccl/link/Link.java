package dev.orrery.nccl.link;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.port.PeerProcess;
import dev.orrery.nccl.port.PortConnection;
import dev.orrery.nccl.port.Wire;
import dev.orrery.nccl.proto.Heartbeat;
import dev.orrery.nccl.proto.LinkFrame;
import dev.orrery.nccl.watchdog.SilenceWindow;
import dev.orrery.nccl.watchdog.SilenceWindow.Judgement;
import dev.orrery.nccl.watchdog.SilenceWindow.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control link to one other process: heartbeats both ways, and news of worlds. Its ticks run on its own I/O thread,
 * so a tick is late exactly when what the peer said may wait unread. Used once.
 */
final class Link extends SimpleChannelInboundHandler<ByteBuf> implements PortConnection {
    private static final Logger log = LoggerFactory.getLogger(Link.class);
    private static final int MAX_FRAME_BYTES = 1 << 20;
    private static final int TICKS_PER_HEARTBEAT = 4;
    private static final LinkFrame HEARTBEAT =
            LinkFrame.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()).build();

    /** Called on the link's I/O thread, in this order: up, any frames, down. Down comes once, and always. */
    interface Events {
        void onUp(Link link);

        void onFrame(Link link, LinkFrame frame);

        void onDown(Link link, String why);
    }

    private final PeerProcess peer;
    private final Events events;
    private final NanoClock clock;
    private final Duration tickInterval;
    private final Limits limits;
    private volatile ChannelHandlerContext ctx;
    private Future<?> ticks;
    private SilenceWindow window;
    private int ticksSinceHeartbeat;
    private String whyDown = "it was closed by the peer, or the peer's process ended";
    private boolean down;

    Link(PeerProcess peer, WorldOptions options, NanoClock clock, Events events) {
        this.peer = peer;
        this.events = events;
        this.clock = clock;
        this.tickInterval = options.heartbeatInterval().dividedBy(TICKS_PER_HEARTBEAT);
        this.limits = new Limits(options.silenceLimit().toNanos(), tickInterval.toNanos());
    }

    PeerProcess peer() {
        return peer;
    }

    @Override
    public ChannelHandler[] handlers(PeerProcess connected) {
        return new ChannelHandler[] {
            new LengthFieldBasedFrameDecoder(MAX_FRAME_BYTES, 0, Integer.BYTES, 0, Integer.BYTES), this
        };
    }

    @Override
    public void gone() {
        end();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        window = SilenceWindow.startingAt(clock.nanoTime());
        ticks = Wire.every(context.executor(), tickInterval, this::tick);
        events.onUp(this);
        write(HEARTBEAT);
    }

    private void tick() {
        Judgement judgement = window.tick(clock.nanoTime(), limits);
        window = judgement.next();
        judgement
                .silentFor()
                .ifPresent(silence -> shut("nothing was heard from the peer for " + silence.toMillis() + " ms"));
        if (++ticksSinceHeartbeat >= TICKS_PER_HEARTBEAT) {
            write(HEARTBEAT);
        }
    }

    private void write(LinkFrame frame) {
        ticksSinceHeartbeat = 0;
        byte[] bytes = frame.toByteArray();
        ByteBuf buffer = ctx.alloc().buffer(Integer.BYTES + bytes.length);
        Wire.write(ctx, buffer.writeInt(bytes.length).writeBytes(bytes));
        ctx.flush();
    }

    /** Thread-safe; to be called after {@link Events#onUp}. */
    void send(LinkFrame frame) {
        Wire.execute(ctx.executor(), () -> {
            if (!down) {
                write(frame);
            }
        });
    }

    /** Thread-safe; to be called after {@link Events#onUp}. */
    void close(String why) {
        Wire.execute(ctx.executor(), () -> shut(why));
    }

    private void shut(String why) {
        if (!down) {
            whyDown = why;
            Wire.close(ctx);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        window = window.heard(clock.nanoTime());
        super.channelRead(context, message);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf message) throws IOException {
        try (ByteBufInputStream in = new ByteBufInputStream(message)) {
            events.onFrame(this, LinkFrame.parseFrom(in));
        } catch (InvalidProtocolBufferException e) {
            log.warn("link to {}: closed, as it sent what is no frame of a link", peer, e);
            shut("the peer sent what is no frame of a link");
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        log.debug("link to {}", peer, cause);
        shut(cause.getMessage() == null ? cause.toString() : cause.getMessage());
    }

    private void end() {
        if (!down) {
            down = true;
            if (ticks != null) {
                ticks.cancel(false);
            }
            events.onDown(this, whyDown);
        }
    }
}
