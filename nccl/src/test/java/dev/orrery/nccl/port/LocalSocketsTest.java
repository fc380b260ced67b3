package dev.orrery.nccl.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.shared.SharedFiles;
import dev.orrery.nccl.shared.Token;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may carry messages over a Unix domain socket. */
@Timeout(60)
@ParameterizedClass
@MethodSource("transports")
final class LocalSocketsTest {
    private static final String MESSAGE = "what comes behind the token";

    @TempDir
    Path folder;

    @Parameter
    SocketTransport transport;

    private final Token token = Token.random();
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private EventLoopGroup group;
    private LocalSockets sockets;
    private LocalSockets.Listener listener;

    static Stream<SocketTransport> transports() {
        return Stream.of(SocketTransport.best(), SocketTransport.NIO).distinct();
    }

    @BeforeEach
    void listen() throws IOException {
        group = new MultiThreadIoEventLoopGroup(1, transport.handlers().apply(DefaultSelectStrategyFactory.INSTANCE));
        sockets = new LocalSockets(
                transport, channel -> channel.config().setRecvByteBufAllocator(new ReadPlacement()), channels);
        listener = sockets.listen(group.next(), SharedFiles.socket(folder), token);
    }

    @AfterEach
    void close() {
        listener.close();
        assertFalse(Files.exists(listener.path()));
        assertTrue(channels.close().awaitUninterruptibly(10, TimeUnit.SECONDS));
        assertTrue(group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS));
    }

    private SocketChannel stranger() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(listener.path()));
    }

    private Channel peer() throws Exception {
        return sockets.connect(group.next(), listener.path(), token).get(10, TimeUnit.SECONDS);
    }

    /** Blocks until it is sent away. */
    private static void isSentAway(SocketChannel stranger) {
        try (stranger) {
            assertEquals(-1, stranger.read(ByteBuffer.allocate(1)));
        } catch (IOException e) {
            // A reset: closed with bytes of ours unread.
            assertTrue(e.getMessage().contains("reset"), e.getMessage());
        }
    }

    @Test
    void whoBringsTheTokenPassesWithAllThatFollows() throws Exception {
        SocketChannel peer = stranger();
        // In one piece, as a peer's first message may follow at once.
        peer.write(ByteBuffer.allocate(Token.BYTES + MESSAGE.length())
                .put(token.bytes())
                .put(MESSAGE.getBytes(StandardCharsets.US_ASCII))
                .flip());
        Channel accepted = listener.accepted().get(10, TimeUnit.SECONDS);
        CompletableFuture<String> heard = new CompletableFuture<>();
        accepted.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            private final StringBuilder text = new StringBuilder();

            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ByteBuf bytes = (ByteBuf) message;
                text.append(bytes.toString(StandardCharsets.US_ASCII));
                bytes.release();
                if (text.length() >= MESSAGE.length()) {
                    heard.complete(text.toString());
                }
            }
        });
        accepted.config().setAutoRead(true);
        assertEquals(MESSAGE, heard.get(10, TimeUnit.SECONDS));
        peer.close();
        Wire.close(accepted);
    }

    @Test
    void whoBringsAnotherTokenIsSentAwayAndThePeerPasses() throws Exception {
        SocketChannel silent = stranger();
        SocketChannel wrong = stranger();
        wrong.write(ByteBuffer.wrap(Token.random().bytes()));
        isSentAway(wrong);
        SocketChannel halved = stranger();
        halved.write(ByteBuffer.wrap(token.bytes(), 0, 7));
        assertFalse(listener.accepted().isDone());
        Channel peer = peer();
        listener.accepted().get(10, TimeUnit.SECONDS);
        SocketChannel second = stranger();
        second.write(ByteBuffer.wrap(token.bytes()));
        isSentAway(second);
        listener.close();
        isSentAway(silent);
        isSentAway(halved);
        assertTrue(listener.accepted().join().isOpen());
        Wire.close(peer);
        Wire.close(listener.accepted().join());
    }

    @Test
    void aFolderThatIsNotThereIsAnErrorThatNamesIt() {
        Path missing = folder.resolve("missing");
        OrreryException failure = assertThrows(
                OrreryException.class, () -> sockets.listen(group.next(), SharedFiles.socket(missing), token));
        assertEquals(ErrorCode.RESOURCE_EXHAUSTED, failure.code());
        assertTrue(failure.getMessage().contains(missing.toString()), failure.getMessage());
    }
}
