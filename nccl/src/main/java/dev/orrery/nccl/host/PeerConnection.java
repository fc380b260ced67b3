package dev.orrery.nccl.host;

import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.port.PortConnection;
import dev.orrery.nccl.port.Wire;
import dev.orrery.nccl.watchdog.ProgressWatch;
import dev.orrery.nccl.watchdog.SilenceWindow.Limits;
import dev.orrery.tensor.Tensor;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The data connection between two members of a world. Its methods may be called from any thread; all work is done on the
 * channel's own.
 */
final class PeerConnection extends ChannelInboundHandlerAdapter implements PortConnection {
    /** Called on the connection's I/O thread, or by a method called here. */
    interface Events {
        void onAttached();

        /** The channel closed without a word; everything under way waits for {@link PeerConnection#abort}. */
        void onLost(String why);

        void onFailed(Failure cause);

        void onPeerLeft();

        /** Once. */
        void onReleased();
    }

    private final String peer;
    private final Events events;
    private final Limits limits;
    private final Duration operationTimeout;
    private final Outbound outbound = new Outbound();
    private final Inbound inbound;
    private final FrameReader reader = new FrameReader(new Dispatch());
    private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicBoolean released = new AtomicBoolean();
    private volatile ChannelHandlerContext ctx;
    private volatile Optional<OrreryException> aborted = Optional.empty();

    // Of the I/O thread:
    private Optional<ProgressWatch> outboundWatch = Optional.empty();
    private Optional<ProgressWatch> inboundWatch = Optional.empty();
    private Optional<OrreryException> ending = Optional.empty();
    private boolean advancing;
    private boolean again;
    private boolean endSent;
    private boolean endFlushed;
    private boolean endReceived;
    /** It takes nothing more. */
    private boolean peerStopped;

    private boolean faulty;
    private boolean closed;
    private String whyLost = "its data connection was closed without a leave";

    /** @param peer for people */
    PeerConnection(String peer, WorldOptions options, Duration tickInterval, Events events) {
        this.peer = peer;
        this.events = events;
        this.operationTimeout = options.operationTimeout();
        this.limits = new Limits(operationTimeout.toNanos(), tickInterval.toNanos());
        this.inbound = new Inbound(options.maxTensorBytes(), this::reply);
    }

    @Override
    public ChannelHandler[] handlers() {
        return new ChannelHandler[] {this};
    }

    @Override
    public void gone() {
        events.onLost("its data connection was closed while the world was forming");
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        long now = NanoClock.SYSTEM.nanoTime();
        outboundWatch = Optional.of(new ProgressWatch(limits, now));
        inboundWatch = Optional.of(new ProgressWatch(limits, now));
        events.onAttached();
        if (aborted.isPresent()) {
            Wire.close(context);
        }
    }

    boolean isAttached() {
        return ctx != null;
    }

    void send(SendOperation operation) {
        if (aborted.isPresent()) {
            operation.fail(aborted.get());
            return;
        }
        post(() -> {
            Optional<OrreryException> over = ending.or(() -> aborted);
            if (over.isPresent()) {
                operation.fail(over.get());
            } else {
                outbound.add(operation);
            }
        });
    }

    void receive(CompletableFuture<Tensor> receive) {
        if (aborted.isPresent()) {
            receive.completeExceptionally(aborted.get());
            return;
        }
        post(() -> inbound.receive(receive));
    }

    /**
     * Sends what was handed in, then the end. With {@code keepArrived} also what the peer still sends before its own end
     * can be received; otherwise it is dropped.
     */
    void end(OrreryException why, boolean keepArrived) {
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

    /** Gives up what is not sent, so that the end can be, and what has not arrived. */
    void cut() {
        if (ctx != null) {
            post(() -> ending.ifPresent(why -> {
                outbound.failAll(why);
                inbound.end(why, true);
            }));
        }
    }

    void abort(OrreryException why) {
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
        posted.add(task);
        if (scheduled.compareAndSet(false, true)) {
            Wire.execute(ctx.executor(), this::work);
        }
    }

    /** Runs what was posted, then sends what can be sent, with one flush. */
    private void work() {
        scheduled.set(false);
        for (Runnable task = posted.poll(); task != null; task = posted.poll()) {
            try {
                task.run();
            } catch (RuntimeException | OutOfMemoryError e) {
                // It ends this world, and not what waits behind it.
                fault(Failure.of(e));
            }
        }
        advance();
    }

    /** A write can call back into here; what it writes must not get between a frame and its payload. */
    private void advance() {
        again = true;
        if (advancing) {
            return;
        }
        advancing = true;
        try {
            while (again && !closed && !faulty && aborted.isEmpty()) {
                again = false;
                outbound.pump(ctx);
                endIfIdle();
                ctx.flush();
            }
        } catch (BadFrameException e) {
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

    /** Looks for what stands still. */
    void tick() {
        if (ctx != null) {
            post(() -> {
                if (!closed && !faulty && aborted.isEmpty()) {
                    long now = NanoClock.SYSTEM.nanoTime();
                    outboundWatch
                            .flatMap(watch -> watch.tick(outbound.isMoving(), outbound.progress(), now))
                            .ifPresent(stood -> stalled("to", stood));
                    inboundWatch
                            .flatMap(watch -> watch.tick(inbound.isMoving(), inbound.progress(), now))
                            .ifPresent(stood -> stalled("from", stood));
                }
            });
        }
    }

    private void stalled(String direction, Duration stood) {
        fault(Failure.of(
                "deadline",
                "operation past its deadline: nothing moved %s %s for %d ms, although both sides are ready; the limit is %d ms"
                        .formatted(direction, peer, stood.toMillis(), operationTimeout.toMillis())));
    }

    private void fault(Failure cause) {
        if (!faulty) {
            faulty = true;
            events.onFailed(cause);
        }
    }

    private void reply(Frame frame) {
        if (!closed && !faulty && aborted.isEmpty()) {
            outbound.control(ctx, frame, () -> {});
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (!faulty && aborted.isEmpty()) {
                reader.read(bytes);
            }
        } catch (BadFrameException e) {
            fault(e.failure(peer));
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
        public long onFrame(Frame frame) throws BadFrameException {
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
                    throw BadFrameException.malformed("a readiness for tensor " + ready.number() + ", not offered");
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
        public void onPayloadEnd() {
            inbound.onPayloadEnd();
        }
    }
}
