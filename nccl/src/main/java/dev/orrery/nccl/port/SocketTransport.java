package dev.orrery.nccl.port;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SelectStrategyFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the sockets of a process are made of. */
record SocketTransport(
        String name,
        Function<SelectStrategyFactory, IoHandlerFactory> handlers,
        Class<? extends ServerChannel> server,
        Class<? extends Channel> client,
        Class<? extends ServerChannel> localServer,
        Class<? extends Channel> localClient,
        Function<Path, SocketAddress> localAddress) {
    private static final Logger log = LoggerFactory.getLogger(SocketTransport.class);

    static final SocketTransport NIO = new SocketTransport(
            "NIO",
            looks -> NioIoHandler.newFactory(SelectorProvider.provider(), looks),
            NioServerSocketChannel.class,
            NioSocketChannel.class,
            NioServerDomainSocketChannel.class,
            NioDomainSocketChannel.class,
            UnixDomainSocketAddress::of);

    /** The fastest that this process can use. */
    static SocketTransport best() {
        if (Epoll.isAvailable()) {
            return epoll();
        }
        log.warn(
                "the native library for epoll cannot be used, so sockets are slower: {}",
                String.valueOf(Epoll.unavailabilityCause()));
        return NIO;
    }

    private static SocketTransport epoll() {
        return new SocketTransport(
                "epoll",
                looks -> EpollIoHandler.newFactory(0, looks),
                EpollServerSocketChannel.class,
                EpollSocketChannel.class,
                EpollServerDomainSocketChannel.class,
                EpollDomainSocketChannel.class,
                path -> new DomainSocketAddress(path.toFile()));
    }
}
