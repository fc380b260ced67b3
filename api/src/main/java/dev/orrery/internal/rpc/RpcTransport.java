package dev.orrery.internal.rpc;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The I/O threads that a process's servers and clients share. */
public final class RpcTransport implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final String name;
    private final int ioThreads;
    private EventLoopGroup group;

    public RpcTransport(String name, int ioThreads) {
        this.name = name;
        this.ioThreads = ioThreads;
    }

    public synchronized void start() {
        group = new MultiThreadIoEventLoopGroup(
                ioThreads, new DefaultThreadFactory("orrery-" + name + "-io", true), EpollIoHandler.newFactory());
    }

    synchronized EventLoopGroup group() {
        if (group == null) {
            throw new IllegalStateException("transport " + name + " was not started");
        }
        return group;
    }

    /** Ends the threads, and with them every connection. Idempotent. */
    @Override
    public synchronized void close() {
        if (group != null && !group.isShuttingDown()) {
            group.shutdownGracefully(0, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .awaitUninterruptibly(CLOSE_TIMEOUT.toMillis());
        }
    }
}
