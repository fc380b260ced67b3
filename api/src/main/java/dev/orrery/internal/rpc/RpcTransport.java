package dev.orrery.internal.rpc;

import dev.orrery.internal.lifecycle.NamedThreads;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The I/O threads that a process's servers and clients share. */
public final class RpcTransport implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final int RESOLVER_THREADS = 2;
    private static final long RESOLVER_IDLE_SECONDS = 5;

    private final String name;
    private final int ioThreads;
    private final ChannelGroup channels = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);
    private EventLoopGroup group;
    private ThreadPoolExecutor resolver;

    public RpcTransport(String name, int ioThreads) {
        this.name = name;
        this.ioThreads = ioThreads;
    }

    public synchronized void start() {
        if (group != null) {
            throw new IllegalStateException("transport " + name + " was started before");
        }
        group = new MultiThreadIoEventLoopGroup(
                ioThreads, new DefaultThreadFactory("orrery-" + name + "-io", true), NioIoHandler.newFactory());
        resolver = new ThreadPoolExecutor(
                RESOLVER_THREADS,
                RESOLVER_THREADS,
                RESOLVER_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new NamedThreads(name + "-resolver"));
        resolver.allowCoreThreadTimeOut(true);
    }

    synchronized EventLoopGroup group() {
        if (group == null) {
            throw new IllegalStateException("transport " + name + " was not started");
        }
        return group;
    }

    /** What {@link #close()} is to close. Closes the channel at once if that was before. */
    void add(Channel channel) {
        channels.add(channel);
    }

    /** Looks the host up, away from the I/O threads: a slow name server must not silence their connections. */
    CompletableFuture<InetSocketAddress> resolve(HostPort address) {
        if (NetUtil.isValidIpV4Address(address.host()) || NetUtil.isValidIpV6Address(address.host())) {
            return CompletableFuture.completedFuture(new InetSocketAddress(address.host(), address.port()));
        }
        Lookup lookup = new Lookup(address, new CompletableFuture<>());
        resolver.execute(lookup);
        return lookup.outcome();
    }

    private record Lookup(HostPort address, CompletableFuture<InetSocketAddress> outcome) implements Runnable {
        @Override
        public void run() {
            try {
                outcome.complete(new InetSocketAddress(InetAddress.getByName(address.host()), address.port()));
            } catch (UnknownHostException e) {
                outcome.completeExceptionally(e);
            }
        }

        void giveUp() {
            outcome.completeExceptionally(new RejectedExecutionException("this end was closed"));
        }
    }

    /** Ends the threads, and with them every connection. Idempotent; not to be called on one of these threads. */
    @Override
    public synchronized void close() {
        if (group != null && !group.isShuttingDown()) {
            resolver.shutdownNow().forEach(waiting -> ((Lookup) waiting).giveUp());
            // A loop that hears of its end at the wrong moment leaves its channels open and tells nobody.
            channels.close().awaitUninterruptibly(CLOSE_TIMEOUT.toMillis());
            group.shutdownGracefully(0, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .awaitUninterruptibly(CLOSE_TIMEOUT.toMillis());
        }
    }
}
