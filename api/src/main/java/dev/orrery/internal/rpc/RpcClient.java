package dev.orrery.internal.rpc;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** Dials. */
public final class RpcClient {
    private final RpcTransport transport;
    private final RpcEnd end;

    /** @param handlers what the peers may call over the connections that are dialled here */
    public RpcClient(RpcTransport transport, RpcIdentity identity, RpcLimits limits, RpcHandlers handlers) {
        this.transport = transport;
        this.end = new RpcEnd(identity, limits, handlers);
    }

    /**
     * Fails with CONNECTION_FAILED, CONNECTION_LOST (it was made, and ended before both had proved themselves),
     * UNAUTHENTICATED, PROTOCOL or DEADLINE_EXCEEDED, naming the address. A connection that comes about after the future
     * was cancelled is closed.
     */
    public CompletableFuture<RpcConnection> connect(HostPort address, Duration timeout) {
        CompletableFuture<RpcConnection> result = new CompletableFuture<>();
        try {
            var deadline = transport
                    .group()
                    .schedule(
                            () -> result.completeExceptionally(OrreryException.of(
                                    ErrorCode.DEADLINE_EXCEEDED,
                                    "waited " + timeout.toMillis() + " ms for a connection with " + address)),
                            timeout.toNanos(),
                            TimeUnit.NANOSECONDS);
            result.whenComplete((connection, failure) -> deadline.cancel(false));
            transport.resolve(address).whenComplete((resolved, failure) -> {
                if (failure != null) {
                    result.completeExceptionally(failed(address, ErrorCodec.unwrap(failure)));
                } else if (!result.isDone()) {
                    dial(address, resolved, result);
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(failed(address, new IllegalStateException("this end was closed", e)));
        }
        return result;
    }

    private void dial(HostPort address, InetSocketAddress resolved, CompletableFuture<RpcConnection> result) {
        CompletableFuture<RpcChannel> established = new CompletableFuture<>();
        established.whenComplete((connection, failure) -> {
            boolean taken = failure == null ? result.complete(connection) : result.completeExceptionally(failure);
            if (!taken && connection != null) {
                connection.close();
            }
        });
        ChannelFuture dialling = new Bootstrap()
                .group(transport.group())
                .channelFactory(DirectChannel::new)
                .option(ChannelOption.TCP_NODELAY, true)
                // The deadline above is the only one.
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        transport.add(channel);
                        end.greet(channel.pipeline(), new HandshakeHandler(end, Optional.of(address), established));
                    }
                })
                .connect(resolved);
        dialling.addListener(done -> {
            if (!done.isSuccess()) {
                established.completeExceptionally(failed(address, done.cause()));
            }
        });
        result.whenComplete((connection, failure) -> {
            if (failure != null) {
                dialling.channel().close();
            }
        });
    }

    private static OrreryException failed(HostPort address, Throwable cause) {
        return OrreryException.of(
                ErrorCode.CONNECTION_FAILED, "cannot connect to " + address + ": " + cause.getMessage(), cause);
    }
}
