package dev.orrery.internal.rpc;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Dials. */
public final class RpcClient {
    private static final int STRANGER_FRAME_BYTES = 4_096;

    private final RpcTransport transport;
    private final RpcEnd end;

    /** @param handlers what the peers may call over the connections that are dialled here */
    public RpcClient(RpcTransport transport, RpcIdentity identity, RpcLimits limits, RpcHandlers handlers) {
        this.transport = transport;
        this.end = new RpcEnd(identity, limits, handlers);
    }

    /**
     * Fails with CONNECTION_FAILED, UNAUTHENTICATED, PROTOCOL or DEADLINE_EXCEEDED, naming the address. A connection that
     * comes about after the future was cancelled is closed.
     */
    public CompletableFuture<RpcConnection> connect(HostPort address, Duration timeout) {
        CompletableFuture<RpcConnection> result = new CompletableFuture<>();
        CompletableFuture<RpcChannel> established = new CompletableFuture<>();
        ChannelFuture dialling = new Bootstrap()
                .group(transport.group())
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(Integer.MAX_VALUE, timeout.toMillis()))
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast("frames", new FrameDecoder(STRANGER_FRAME_BYTES))
                                .addLast("handshake", new HandshakeHandler(end, true, established));
                    }
                })
                .connect(address.host(), address.port());
        dialling.addListener(done -> {
            if (!done.isSuccess()) {
                established.completeExceptionally(OrreryException.of(
                        ErrorCode.CONNECTION_FAILED,
                        "cannot connect to " + address + ": " + done.cause().getMessage(),
                        done.cause()));
            }
        });
        established.whenComplete((connection, failure) -> {
            boolean taken = failure == null ? result.complete(connection) : result.completeExceptionally(failure);
            if (!taken && connection != null) {
                connection.close();
            }
        });
        result.whenComplete((connection, failure) -> {
            if (failure != null) {
                dialling.channel().close();
            }
        });
        var deadline = dialling.channel()
                .eventLoop()
                .schedule(
                        () -> result.completeExceptionally(OrreryException.of(
                                ErrorCode.DEADLINE_EXCEEDED,
                                "waited " + timeout.toMillis() + " ms for a connection with " + address)),
                        timeout.toNanos(),
                        TimeUnit.NANOSECONDS);
        result.whenComplete((connection, failure) -> deadline.cancel(false));
        return result;
    }
}
