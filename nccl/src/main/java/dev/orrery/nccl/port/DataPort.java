package dev.orrery.nccl.port;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.WorldOptions;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens, dials, and shakes hands. Owns the I/O threads. */
public final class DataPort implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DataPort.class);
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration BIND_LIMIT = Duration.ofSeconds(10);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final int INSTANCE_BYTES = 16;
    private static final int BACKLOG = 1024;
    /** At most one chunk of a tensor beyond it waits in a channel. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(512 << 10, 1 << 20);

    private final WorldOptions options;
    private final Proofs proofs;
    private final PortListener listener;
    private final String instance;
    private final SocketTransport transport;
    /** Closes what is added after it was closed. */
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

    private EventLoopGroup group;
    private PeerProcess self;

    public DataPort(WorldOptions options, ClusterSecret secret, PortListener listener) {
        this(options, secret, listener, SocketTransport.best());
    }

    DataPort(WorldOptions options, ClusterSecret secret, PortListener listener, SocketTransport transport) {
        this.options = options;
        this.transport = transport;
        this.proofs = new Proofs(secret);
        this.listener = listener;
        this.instance = newInstance();
    }

    private static String newInstance() {
        byte[] bytes = new byte[INSTANCE_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Throws ADDRESS_IN_USE. */
    public void start() {
        group = new MultiThreadIoEventLoopGroup(
                options.ioThreads(),
                new NamedThreads("worlds-io"),
                transport
                        .handlers()
                        .apply(() -> new SpinningSelect(options.host().spin(), NanoClock.SYSTEM)));
        ChannelFuture bound = new ServerBootstrap()
                .group(group)
                .channelFactory(new ReflectiveChannelFactory<>(transport.server()))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        prepare(channel);
                        channel.pipeline().addLast(new AcceptorHandshake(proofs, self(), listener, HANDSHAKE_TIMEOUT));
                    }
                })
                .bind(new InetSocketAddress(
                        options.bind().host(), options.bind().port()));
        if (!bound.awaitUninterruptibly(BIND_LIMIT.toMillis()) || !bound.isSuccess()) {
            close();
            throw OrreryException.of(
                    ErrorCode.ADDRESS_IN_USE,
                    "the data port cannot listen at " + options.bind() + ": " + bound.cause(),
                    bound.cause());
        }
        channels.add(bound.channel());
        int port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
        HostPort address = new HostPort(options.advertisedHost(), port);
        synchronized (this) {
            self = new PeerProcess(instance, address, options.host().offeredHostId());
        }
        log.info(
                "data port: listening at {} over {}, advertised as {}, instance {}",
                options.bind(),
                transport.name(),
                address,
                instance);
    }

    private void prepare(Channel channel) {
        channels.add(channel);
        channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
        channel.config().setWriteBufferWaterMark(WATER_MARK);
        channel.config().setRecvByteBufAllocator(new ReadPlacement());
    }

    /** For two processes on one host. */
    public LocalSockets localSockets() {
        return new LocalSockets(transport, this::prepare, channels);
    }

    /** Known after {@link #start()}. */
    public synchronized PeerProcess self() {
        if (self == null) {
            throw new IllegalStateException("the data port is not started");
        }
        return self;
    }

    /** Completes when {@link Dial#connection()} has taken over; fails with what {@link Retry} understands. */
    public CompletableFuture<PeerProcess> dial(Dial dial) {
        CompletableFuture<PeerProcess> outcome = new CompletableFuture<>();
        try {
            connect(dial, outcome);
        } catch (RejectedExecutionException e) {
            outcome.completeExceptionally(OrreryException.of(ErrorCode.UNAVAILABLE, "the data port is closed", e));
        }
        return outcome;
    }

    // The handshake's outcome is told by the future that is handed in.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void connect(Dial dial, CompletableFuture<PeerProcess> outcome) {
        PeerProcess from = self();
        int timeout = Math.toIntExact(Math.max(1, dial.timeout().toMillis()));
        new Bootstrap()
                .group(group)
                .channelFactory(new ReflectiveChannelFactory<>(transport.client()))
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeout)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        prepare(channel);
                        channel.pipeline().addLast(new ConnectorHandshake(proofs, from, dial, outcome));
                    }
                })
                .connect(dial.address().host(), dial.address().port())
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        outcome.completeExceptionally(OrreryException.of(
                                ErrorCode.CONNECTION_FAILED,
                                "cannot connect to " + dial.address() + ": "
                                        + connected.cause().getMessage(),
                                connected.cause()));
                    }
                });
    }

    /** Begins to close every connection, present and future, and waits for nothing. */
    public void hangUp() {
        channels.close().addListener(ended -> log.debug("every connection is closed"));
    }

    /** Closes the port and every connection, and joins the I/O threads; bounded. */
    @Override
    public void close() {
        if (group == null) {
            return;
        }
        // Ending event loops do not reliably close their channels: now and then a socket stayed open for ever.
        if (!channels.close().awaitUninterruptibly(CLOSE_LIMIT.toMillis())) {
            log.error("{} connections did not close within {}", channels.size(), CLOSE_LIMIT);
        }
        var ended = group.shutdownGracefully(0, CLOSE_LIMIT.toMillis() / 2, TimeUnit.MILLISECONDS);
        if (!ended.awaitUninterruptibly(CLOSE_LIMIT.toMillis())) {
            log.error("the I/O threads of the worlds did not end within {}", CLOSE_LIMIT);
        }
    }
}
