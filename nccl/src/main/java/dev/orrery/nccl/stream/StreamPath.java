package dev.orrery.nccl.stream;

import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.port.ReadPlacement;
import dev.orrery.nccl.port.Wire;
import dev.orrery.nccl.transfer.BadMessageException;
import dev.orrery.nccl.transfer.Ends;
import dev.orrery.nccl.transfer.MismatchException;
import dev.orrery.nccl.transfer.Outgoing;
import dev.orrery.nccl.transfer.PeerPath;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.nccl.watchdog.TransferWatch;
import dev.orrery.nccl.watchdog.TransferWatch.Movement;
import dev.orrery.world.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Messages over one channel. Its methods may be called from any thread; all work is done on the channel's own. It is added
 * to the channel's pipeline once.
 */
public final class StreamPath extends ChannelInboundHandlerAdapter implements PeerPath {
    private static final int HEAD_READ = 4 << 10;

    private final Transport transport;
    private final Ends ends;
    private final Events events;
    private final EarlyCopies copies = new EarlyCopies();
    private final Outbound outbound = new Outbound();
    private final Inbound inbound;
    private final TransferWatch watch;
    private final FrameReader reader = new FrameReader(new Dispatch());
    /** What fails ends this world, and not what waits behind it. */
    private final PostedWork posted = new PostedWork(this::execute, why -> fault(Failure.of(why)), this::advance);

    private final AtomicBoolean released = new AtomicBoolean();
    private final AtomicBoolean faulty = new AtomicBoolean();
    private volatile ChannelHandlerContext ctx;
    private volatile Optional<OrreryException> aborted = Optional.empty();
    private volatile Optional<OrreryException> ending = Optional.empty();
    // Of the I/O thread:
    private Optional<ByteBuf> placed = Optional.empty();
    private boolean advancing;
    private boolean again;
    private boolean endSent;
    private boolean endFlushed;
    private boolean endReceived;
    /** It takes nothing more. */
    private boolean peerStopped;

    private boolean closed;
    private String whyLost = "its data connection was closed without a leave";

    /** @param tickInterval how often {@link #tick()} is called */
    public StreamPath(Transport transport, Ends ends, WorldOptions options, Duration tickInterval, Events events) {
        this.transport = transport;
        this.ends = ends;
        this.events = events;
        this.watch =
                new TransferWatch(ends.peer(), options.operationTimeout(), tickInterval, NanoClock.SYSTEM.nanoTime());
        this.inbound = new Inbound(options.maxTensorBytes(), this::reply);
    }

    @Override
    public Transport transport() {
        return transport;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        ReadPlacement.of(context.channel()).ifPresent(placement -> placement.choose(this::place));
        if (aborted.isPresent()) {
            Wire.close(context);
        }
    }

    @Override
    public void send(Outgoing message) {
        Optional<OrreryException> ended = aborted.or(() -> ending);
        if (ended.isPresent()) {
            message.fail(ended.get());
            return;
        }
        Outgoing sent = copies.copyIfSmall(message);
        post(() -> {
            Optional<OrreryException> over = ending.or(() -> aborted);
            if (over.isPresent()) {
                sent.fail(over.get());
            } else {
                outbound.add(new SendOperation(sent));
            }
        });
    }

    @Override
    public void receive(Reception reception) {
        if (aborted.isPresent()) {
            reception.fail(aborted.get());
            return;
        }
        try {
            inbound.receive(reception).ifPresent(arrival -> post(() -> begin(arrival, reception)));
        } catch (MismatchException e) {
            fault(e.failure(ends.self(), ends.peer()));
        } catch (RuntimeException | OutOfMemoryError e) {
            fault(Failure.of(e));
        }
    }

    private void begin(Matching.Arrival arrival, Reception reception) {
        try {
            inbound.begin(arrival, reception);
        } catch (MismatchException e) {
            fault(e.failure(ends.self(), ends.peer()));
        }
    }

    @Override
    public void end(OrreryException why, boolean keepArrived) {
        if (ctx == null) {
            abort(why);
            return;
        }
        post(() -> {
            if (ending.isEmpty()) {
                ending = Optional.of(why);
            }
            if (peerStopped || closed) {
                outbound.failAll(why);
            }
            if (endReceived || closed || !keepArrived) {
                inbound.end(why, keepArrived);
            }
            if (closed && !keepArrived) {
                finish(why);
            }
        });
    }

    @Override
    public void cut() {
        if (ctx != null) {
            post(() -> ending.ifPresent(why -> {
                outbound.failAll(why);
                inbound.end(why, true);
            }));
        }
    }

    @Override
    public void abort(OrreryException why) {
        if (aborted.isEmpty()) {
            aborted = Optional.of(why);
        }
        if (ctx == null) {
            release();
            return;
        }
        post(() -> {
            if (closed) {
                finish(why);
            } else {
                Wire.close(ctx);
            }
        });
    }

    private void post(Runnable task) {
        posted.post(task);
    }

    private void execute(Runnable work) {
        Wire.execute(ctx.executor(), work);
    }

    /** A write can call back into here; what it writes must not get between a frame and its payload. */
    private void advance() {
        again = true;
        if (advancing) {
            return;
        }
        advancing = true;
        try {
            while (again && !closed && !faulty.get() && aborted.isEmpty()) {
                again = false;
                outbound.pump(ctx);
                endIfIdle();
                ctx.flush();
            }
        } catch (BadMessageException e) {
            fault(e.failure("this process"));
        } finally {
            advancing = false;
        }
    }

    private void endIfIdle() {
        if (ending.isPresent() && !endSent && outbound.isIdle()) {
            endSent = true;
            outbound.control(ctx, new Frame.End(!inbound.isDiscarding()), () -> {
                endFlushed = true;
                closeWhenBothEnded();
            });
        }
    }

    private void closeWhenBothEnded() {
        if (endFlushed && endReceived) {
            Wire.close(ctx);
        }
    }

    @Override
    public void tick() {
        if (ctx != null) {
            post(() -> {
                if (!closed && !faulty.get() && aborted.isEmpty()) {
                    watch.tick(
                                    new Movement(outbound.isMoving(), outbound.progress()),
                                    new Movement(inbound.isMoving(), inbound.progress()),
                                    NanoClock.SYSTEM.nanoTime())
                            .ifPresent(this::fault);
                }
            });
        }
    }

    private void fault(Failure cause) {
        if (faulty.compareAndSet(false, true)) {
            events.onFailed(cause);
        }
    }

    private void reply(Frame frame) {
        if (!ctx.executor().inEventLoop()) {
            post(() -> reply(frame));
        } else if (!closed && !faulty.get() && aborted.isEmpty()) {
            outbound.control(ctx, frame, () -> {});
        }
    }

    /**
     * The next read goes straight to where it belongs, when that is known. Between this and {@link #channelRead} nothing
     * else happens on this thread, so that the place is there as long as it is written to.
     */
    private Optional<ByteBuf> place(ByteBufAllocator allocator) {
        placed = Optional.empty();
        if (faulty.get() || aborted.isPresent()) {
            return Optional.empty();
        }
        placed = reader.place();
        if (placed.isEmpty() && reader.isBetweenFrames() && inbound.isMoving()) {
            // The head of a part of a large message: what comes with it would have to be copied.
            return Optional.of(allocator.directBuffer(HEAD_READ, HEAD_READ));
        }
        return placed;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (placed.isPresent()) {
                placed = Optional.empty();
                reader.placed(bytes.readableBytes());
            } else if (!faulty.get() && aborted.isEmpty()) {
                reader.read(bytes);
            }
        } catch (BadMessageException e) {
            fault(e.failure(ends.peer()));
        } catch (MismatchException e) {
            fault(e.failure(ends.self(), ends.peer()));
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        advance();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        advance();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof java.io.IOException) {
            whyLost = "its data connection failed: " + cause.getMessage();
            Wire.close(context);
        } else {
            fault(Failure.of(cause));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closed = true;
        if (aborted.isPresent()) {
            finish(aborted.get());
            return;
        }
        if (!endReceived && !endSent) {
            events.onLost(whyLost);
        }
        if (ending.isPresent()) {
            outbound.failAll(ending.get());
            inbound.end(ending.get(), true);
            if (inbound.isDiscarding()) {
                finish(ending.get());
            }
        }
    }

    private void finish(OrreryException why) {
        outbound.failAll(why);
        inbound.end(why, false);
        release();
    }

    private void release() {
        if (released.compareAndSet(false, true)) {
            events.onReleased();
        }
    }

    /** What the peer says. */
    private final class Dispatch implements FrameReader.Sink {
        @Override
        public long onFrame(Frame frame) throws BadMessageException, MismatchException {
            if (frame instanceof Frame.Eager eager) {
                return inbound.onEager(eager);
            } else if (frame instanceof Frame.Chunk chunk) {
                return inbound.onChunk(chunk);
            } else if (frame instanceof Frame.Offer offer) {
                inbound.onOffer(offer);
            } else if (frame instanceof Frame.Credit credit) {
                outbound.onCredit(credit.bytes());
            } else if (frame instanceof Frame.Ready ready) {
                if (!outbound.onReady(ready.number()) && ending.isEmpty()) {
                    throw BadMessageException.malformed("a readiness for message " + ready.number() + ", not offered");
                }
            } else if (frame instanceof Frame.End end) {
                onEnd(end);
            }
            return 0;
        }

        private void onEnd(Frame.End end) {
            endReceived = true;
            peerStopped = !end.receives();
            if (ending.isEmpty()) {
                events.onPeerLeft();
                return;
            }
            inbound.end(ending.get(), true);
            if (peerStopped) {
                outbound.failAll(ending.get());
            }
            closeWhenBothEnded();
        }

        @Override
        public void onPayload(ByteBuf in, int length) {
            inbound.onPayload(in, length);
        }

        @Override
        public OptionalLong payloadAddress() {
            return inbound.payloadAddress();
        }

        @Override
        public void onPlaced(int length) {
            inbound.onPlaced(length);
        }

        @Override
        public void onPayloadEnd() throws MismatchException {
            inbound.onPayloadEnd();
        }
    }
}
