package dev.orrery.internal.rpc;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens, and serves every connection that proves to know the secret. */
public final class RpcServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RpcServer.class);
    private static final long CLOSE_SECONDS = 2;
    private static final int BACKLOG = 1_024;
    /** As the JDK words it: a host's address that is not its own is a BindException, too. */
    private static final String ADDRESS_IN_USE = "Address already in use";

    private final RpcTransport transport;
    private final RpcEnd end;
    private final HostPort bind;
    // Once closed, it also closes what is accepted late.
    private final ChannelGroup connections = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);
    private Channel listener;

    public RpcServer(
            RpcTransport transport, RpcIdentity identity, RpcLimits limits, HostPort bind, RpcHandlers handlers) {
        this.transport = transport;
        this.end = new RpcEnd(identity, limits, handlers);
        this.bind = bind;
    }

    /**
     * Returns the address, with the port that was given when any was asked for. Throws ADDRESS_IN_USE, or
     * INVALID_ARGUMENT for an address that is not this host's.
     */
    public synchronized HostPort start() {
        ChannelFuture bound = new ServerBootstrap()
                .group(transport.group())
                .channelFactory(DirectServerChannel::new)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel);
                    }
                })
                .bind(bind.host(), bind.port())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw cannotListen(bound.cause());
        }
        listener = bound.channel();
        transport.add(listener);
        return address();
    }

    private OrreryException cannotListen(Throwable cause) {
        boolean taken = cause instanceof BindException && ADDRESS_IN_USE.equals(cause.getMessage());
        return OrreryException.of(
                taken ? ErrorCode.ADDRESS_IN_USE : ErrorCode.INVALID_ARGUMENT,
                "cannot listen at " + bind + ": "
                        + (taken
                                ? "the address is in use; end what listens there or choose another"
                                : cause.getMessage()),
                cause);
    }

    private void accept(Channel channel) {
        connections.add(channel);
        transport.add(channel);
        CompletableFuture<RpcChannel> established = new CompletableFuture<>();
        established.whenComplete((connection, failure) -> {
            if (failure != null) {
                LOG.warn("{}", failure.getMessage());
            }
        });
        end.greet(channel.pipeline(), new HandshakeHandler(end, Optional.empty(), established));
    }

    public synchronized HostPort address() {
        if (listener == null) {
            throw new IllegalStateException("the server for " + bind + " was not started");
        }
        InetSocketAddress local = (InetSocketAddress) listener.localAddress();
        return new HostPort(bind.host(), local.getPort());
    }

    /** Stops listening and ends all connections. Idempotent; not to be called on an I/O thread. */
    @Override
    public synchronized void close() {
        if (listener != null) {
            listener.close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
            connections.close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
        }
    }
}
