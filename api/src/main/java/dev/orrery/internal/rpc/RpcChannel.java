package dev.orrery.internal.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.RpcError;
import dev.orrery.internal.proto.RpcFrame;
import dev.orrery.internal.rpc.PendingCalls.Pending;
import dev.orrery.internal.time.NanoClock;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection after its handshake. What it serves is {@link ServedCalls}' business. */
final class RpcChannel extends ChannelDuplexHandler implements RpcConnection {
    private static final Logger LOG = LoggerFactory.getLogger(RpcChannel.class);
    private static final String PEER_CLOSED = "the peer closed it";
    private static final String CLOSED_HERE = "closed here";

    /** Room for what a frame adds to its payload. */
    private static final int FRAME_OVERHEAD = 1_024;

    private final Channel channel;
    private final RpcPeer peer;
    private final RpcLimits limits;
    private final ServedCalls served;
    private final Liveness liveness;
    private final NanoClock clock;
    private final OutboundFrames outbound;
    private final PendingCalls pending;
    private final CallDeadlines deadlines;
    private final CompletableFuture<String> closed = new CompletableFuture<>();
    private final AtomicReference<String> closeReason = new AtomicReference<>();

    RpcChannel(Channel channel, RpcPeer peer, RpcLimits limits, RpcHandlers handlers, NanoClock clock) {
        this.channel = channel;
        this.peer = peer;
        this.limits = limits;
        this.outbound = new OutboundFrames(
                channel, channel instanceof OutboundFrames.Direct direct ? Optional.of(direct) : Optional.empty());
        this.clock = clock;
        this.pending = new PendingCalls(clock);
        this.deadlines = new CallDeadlines(channel.eventLoop(), clock, now -> pending.failOverdue(now, this::expire));
        this.served = new ServedCalls(this, handlers, channel.eventLoop(), clock);
        this.liveness = new Liveness(limits, clock.nanoTime());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        long interval = limits.heartbeatInterval().toNanos();
        var ticks = context.executor().scheduleAtFixedRate(this::tick, interval, interval, TimeUnit.NANOSECONDS);
        closed.thenRun(() -> ticks.cancel(false));
    }

    private void tick() {
        switch (liveness.tick(clock.nanoTime())) {
            case SEND_HEARTBEAT ->
                send(RpcFrame.newBuilder()
                        .setHeartbeat(RpcFrame.Heartbeat.getDefaultInstance())
                        .build());
            case PEER_IS_GONE -> close("silent for " + limits.silenceLimit().toMillis() + " ms");
            case NOTHING -> {}
        }
    }

    @Override
    public RpcPeer peer() {
        return peer;
    }

    @Override
    public <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> call(
            RpcMethod<Q, R> method, Q request, Duration timeout) {
        if (!fits(request.getSerializedSize())) {
            return CompletableFuture.failedFuture(tooLarge(method.name(), request.getSerializedSize()));
        }
        boolean alone = pending.isEmpty();
        Pending<R> entered = pending.enter(method, timeout);
        send(
                alone,
                () -> Frames.write(
                        channel.alloc(),
                        RpcFrame.REQUEST_FIELD_NUMBER,
                        entered.head(),
                        RpcFrame.Request.PAYLOAD_FIELD_NUMBER,
                        request));
        // After the request: a cancel that comes first cancels nothing.
        deadlines.watch(entered.endNanos());
        entered.future().whenComplete((response, failure) -> {
            // Still there: not the peer ended it but whoever holds the future.
            pending.take(entered.call()).ifPresent(unanswered -> sendCancel(unanswered.call()));
        });
        // Closed before the call was entered: nobody else will end it.
        if (closed.isDone()) {
            pending.fail(entered.call(), lost());
        }
        return entered.future();
    }

    private OrreryException expire(Pending<?> waiting) {
        sendCancel(waiting.call());
        return OrreryException.of(
                ErrorCode.DEADLINE_EXCEEDED,
                "waited " + waiting.timeout().toMillis() + " ms for " + peer + " to answer "
                        + waiting.method().name());
    }

    private void sendCancel(long call) {
        send(RpcFrame.newBuilder()
                .setCancel(RpcFrame.Cancel.newBuilder().setCall(call))
                .build());
    }

    @Override
    public <M extends MessageLite> void notify(RpcNotice<M> notice, M message) {
        if (!fits(message.getSerializedSize())) {
            throw tooLarge(notice.name(), message.getSerializedSize());
        }
        RpcFrame.Notice head =
                RpcFrame.Notice.newBuilder().setMethod(notice.name()).build();
        send(
                false,
                () -> Frames.write(
                        channel.alloc(),
                        RpcFrame.NOTICE_FIELD_NUMBER,
                        head,
                        RpcFrame.Notice.PAYLOAD_FIELD_NUMBER,
                        message));
    }

    private boolean fits(int bytes) {
        return bytes <= limits.maxFrameBytes() - FRAME_OVERHEAD;
    }

    private OrreryException tooLarge(String what, int bytes) {
        return OrreryException.of(
                ErrorCode.TENSOR_TOO_LARGE,
                what + " of " + bytes + " bytes for " + peer + " is larger than a frame may be ("
                        + limits.maxFrameBytes() + " bytes)");
    }

    /** @param alone whether no other response is to be expected soon */
    void respond(long call, MessageLite response, boolean alone) {
        if (!fits(response.getSerializedSize())) {
            respondError(call, tooLarge("a response", response.getSerializedSize()));
            return;
        }
        RpcFrame.Response head = RpcFrame.Response.newBuilder().setCall(call).build();
        send(
                alone,
                () -> Frames.write(
                        channel.alloc(),
                        RpcFrame.RESPONSE_FIELD_NUMBER,
                        head,
                        RpcFrame.Response.PAYLOAD_FIELD_NUMBER,
                        response));
    }

    void respondError(long call, Throwable failure) {
        RpcError error = ErrorCodec.toMessage(failure);
        RpcError sent = fits(error.getSerializedSize())
                ? error
                : RpcError.newBuilder()
                        .setCode(error.getCode())
                        .setMessage("an error too large to send (" + error.getSerializedSize() + " bytes)")
                        .build();
        send(RpcFrame.newBuilder()
                .setResponse(RpcFrame.Response.newBuilder().setCall(call).setError(sent))
                .build());
    }

    private void send(RpcFrame frame) {
        send(false, () -> Frames.write(channel.alloc(), frame));
    }

    private void send(boolean alone, Supplier<ByteBuf> frame) {
        if (!channel.isActive()) {
            return;
        }
        liveness.sent(clock.nanoTime());
        if (alone) {
            outbound.sendAlone(frame.get());
        } else {
            outbound.send(frame.get());
        }
    }

    void onBytes() {
        liveness.received(clock.nanoTime());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        RpcFrame frame = Frames.read(RpcFrame.parser(), (ByteBuf) message);
        switch (frame.getKindCase()) {
            case REQUEST -> served.onRequest(frame.getRequest());
            case RESPONSE -> onResponse(frame.getResponse());
            case CANCEL -> served.cancel(frame.getCancel().getCall());
            case NOTICE -> served.onNotice(frame.getNotice());
            case HEARTBEAT -> {}
            case KIND_NOT_SET -> LOG.debug("a frame of a kind unknown here from {}", peer);
        }
    }

    private void onResponse(RpcFrame.Response response) {
        // None: its deadline was over, or it was cancelled.
        pending.take(response.getCall()).ifPresent(waiting -> {
            if (response.hasError()) {
                waiting.future().completeExceptionally(ErrorCodec.fromMessage(response.getError()));
            } else {
                complete(waiting, response.getPayload());
            }
        });
    }

    private <R extends MessageLite> void complete(Pending<R> waiting, ByteString payload) {
        try {
            waiting.future().complete(Frames.readPayload(waiting.method().responseParser(), payload));
        } catch (InvalidProtocolBufferException e) {
            waiting.future()
                    .completeExceptionally(OrreryException.of(
                            ErrorCode.PROTOCOL,
                            peer + " answered " + waiting.method().name() + " with something else",
                            e));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
        Throwable cause = thrown.getCause() instanceof OrreryException ? thrown.getCause() : thrown;
        String why = cause instanceof OrreryException known ? known.detail() : String.valueOf(cause.getMessage());
        if (cause instanceof IOException) {
            LOG.debug("connection with {} failed: {}", peer, why);
        } else {
            LOG.warn("closing the connection with {}: {}", peer, why);
        }
        close(cause instanceof IOException && isReset(why) ? PEER_CLOSED + ": " + why : why);
    }

    /** A peer that closes its end while something lies there unread resets the connection instead of ending it. */
    private static boolean isReset(String why) {
        return why.contains("Connection reset") || why.contains("Broken pipe");
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (closed.complete(reason())) {
            deadlines.close();
            pending.failAll(waiting -> lost());
            served.close();
        }
    }

    private String reason() {
        closeReason.compareAndSet(null, PEER_CLOSED);
        return closeReason.get();
    }

    private OrreryException lost() {
        return OrreryException.of(ErrorCode.CONNECTION_LOST, "the connection with " + peer + " ended: " + reason());
    }

    @Override
    public boolean isOpen() {
        return channel.isActive();
    }

    @Override
    public boolean isWritable() {
        return outbound.isWritable();
    }

    @Override
    public CompletableFuture<String> closed() {
        return closed;
    }

    private void close(String why) {
        closeReason.compareAndSet(null, why);
        channel.close();
    }

    @Override
    public void close() {
        if (channel.isActive()) {
            close(CLOSED_HERE);
        }
    }

    /** By whichever owner of the channel: a server or the transport closes all its connections at once. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        closeReason.compareAndSet(null, CLOSED_HERE);
        context.close(promise);
    }

    /** For errors of handlers: a call that was cancelled tells nobody anything. */
    static boolean isExpected(Throwable failure) {
        Throwable inner = ErrorCodec.unwrap(failure);
        return inner instanceof CancellationException
                || (inner instanceof OrreryException known && known.code() != ErrorCode.INTERNAL);
    }
}
