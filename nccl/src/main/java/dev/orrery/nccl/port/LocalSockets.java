package dev.orrery.nccl.port;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.shared.SharedFiles;
import dev.orrery.nccl.shared.Token;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.group.ChannelGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Unix domain sockets, from which nothing is read before somebody asks for that. The data port closes what is left of
 * them.
 */
public final class LocalSockets {
    private static final int BUFFER_BYTES = 2 << 20;
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final SocketTransport transport;
    private final Consumer<Channel> preparation;
    private final ChannelGroup channels;

    /** @param preparation what is done with each connection of the port */
    LocalSockets(SocketTransport transport, Consumer<Channel> preparation, ChannelGroup channels) {
        this.transport = transport;
        this.preparation = preparation;
        this.channels = channels;
    }

    /** Waits for the one connection that brings the token. */
    public static final class Listener implements AutoCloseable {
        private final Path path;
        private final CompletableFuture<Channel> accepted = new CompletableFuture<>();
        private Channel server;

        private Listener(Path path) {
            this.path = path;
        }

        public Path path() {
            return path;
        }

        /** The peer's. On the connection's own thread. */
        public CompletableFuture<Channel> accepted() {
            return accepted;
        }

        /** Takes the name away, and sends away who has not proven to be the peer; the peer's connection stays. */
        @Override
        public void close() {
            Wire.close(server);
            SharedFiles.removeName(path);
        }
    }

    /** Throws RESOURCE_EXHAUSTED. Blocks; not to be called on an I/O thread. */
    public Listener listen(EventLoop loop, Path path, Token token) {
        Listener listener = new Listener(path);
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channelFactory(new ReflectiveChannelFactory<>(transport.localServer()))
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.SO_SNDBUF, BUFFER_BYTES)
                .childOption(ChannelOption.SO_RCVBUF, BUFFER_BYTES)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        preparation.accept(channel);
                        TokenReader reader = new TokenReader(token, listener.accepted);
                        channel.pipeline().addLast(reader);
                        Wire.whenDone(listener.server.closeFuture(), closed -> reader.giveUp(channel));
                    }
                })
                .bind(transport.localAddress().apply(path));
        listener.server = bound.channel();
        channels.add(bound.channel());
        try {
            if (!bound.awaitUninterruptibly(LIMIT.toMillis()) || !bound.isSuccess()) {
                throw new IOException("cannot bind: " + bound.cause(), bound.cause());
            }
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            return listener;
        } catch (IOException e) {
            listener.close();
            throw OrreryException.of(
                    ErrorCode.RESOURCE_EXHAUSTED,
                    "cannot have a Unix domain socket in " + path.getParent() + " (is it writable, and not full?): "
                            + e.getMessage(),
                    e);
        }
    }

    /** Brings the token. Completes on that loop, or fails there. */
    public CompletableFuture<Channel> connect(EventLoop loop, Path path, Token token) {
        CompletableFuture<Channel> outcome = new CompletableFuture<>();
        ChannelFuture connecting = new Bootstrap()
                .group(loop)
                .channelFactory(new ReflectiveChannelFactory<>(transport.localClient()))
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.SO_SNDBUF, BUFFER_BYTES)
                .option(ChannelOption.SO_RCVBUF, BUFFER_BYTES)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        preparation.accept(channel);
                    }
                })
                .connect(transport.localAddress().apply(path));
        Wire.whenDone(connecting, failure -> {
            if (failure.isEmpty()) {
                Wire.writeAndFlush(connecting.channel(), Unpooled.wrappedBuffer(token.bytes()));
                outcome.complete(connecting.channel());
            } else {
                outcome.completeExceptionally(OrreryException.of(
                        ErrorCode.CONNECTION_FAILED,
                        "cannot connect to " + path + ": " + failure.get(),
                        failure.get()));
            }
        });
        return outcome;
    }
}
