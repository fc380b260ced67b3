package dev.orrery.nccl.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.proto.Answer;
import dev.orrery.nccl.proto.DataHello;
import dev.orrery.nccl.proto.Hello;
import dev.orrery.nccl.proto.Proof;
import dev.orrery.nccl.proto.SignedChallenge;
import dev.orrery.nccl.proto.Verdict;
import io.netty.channel.ChannelHandler;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
final class DataPortTest implements PortListener {
    private static final ClusterSecret SECRET =
            new ClusterSecret("a secret of the tests".getBytes(StandardCharsets.US_ASCII));

    private final DataPort port = new DataPort(WorldOptions.builder().build(), SECRET, this);
    private final BlockingQueue<PeerProcess> links = new LinkedBlockingQueue<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(AcceptorHandshake.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void start() {
        port.start();
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void close() {
        logger.detachAppender(lines);
        port.close();
    }

    @Override
    public void onLink(PeerProcess peer, Incoming incoming) {
        links.add(peer);
        incoming.refuse(Answer.UNEXPECTED, "this is a test");
    }

    @Override
    public void onData(PeerProcess peer, DataHello hello, Incoming incoming) {
        incoming.refuse(Answer.UNKNOWN_WORLD, "this is a test");
    }

    private Socket connect() throws IOException {
        HostPort address = port.self().address();
        return new Socket(address.host(), address.port());
    }

    private List<String> warnings() {
        return List.copyOf(lines.list).stream()
                .filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    /** Sends it and waits until the port has closed the connection. */
    private void closesOn(byte[] bytes) throws IOException {
        lines.list.clear();
        try (Socket socket = connect()) {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            int read = readUntilClosed(socket);
            assertEquals(0, read, "the port answered");
        }
        assertEquals(1, warnings().size(), warnings().toString());
        assertTrue(
                warnings().get(0).contains("closed the connection from"),
                warnings().toString());
    }

    private static int readUntilClosed(Socket socket) {
        try {
            return socket.getInputStream().readAllBytes().length;
        } catch (IOException e) {
            // A reset: closed with bytes of ours unread.
            return 0;
        }
    }

    @Test
    void httpIsClosedWithOneLogLine() throws IOException {
        closesOn("GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void randomBytesAreClosedWithOneLogLine() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            byte[] bytes = new byte[1 + random.nextInt(5_000)];
            random.nextBytes(bytes);
            bytes[0] = (byte) (i % 2 == 0 ? 0 : 'P');
            try {
                closesOn(bytes);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void garbageBehindThePrefaceIsClosed() throws IOException {
        closesOn("ORRWORLD\u0001\u0000\u0003abc".getBytes(StandardCharsets.ISO_8859_1));
        closesOn("ORRWORLD\u0001\u0000\u0000".getBytes(StandardCharsets.ISO_8859_1));
        closesOn("ORRWORLD\u0007".getBytes(StandardCharsets.ISO_8859_1));
        closesOn("ORRWORLX".getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void writeFrame(DataOutputStream out, byte[] frame) throws IOException {
        out.writeShort(frame.length);
        out.write(frame);
        out.flush();
    }

    private static byte[] readFrame(DataInputStream in) throws IOException {
        return in.readNBytes(in.readUnsignedShort());
    }

    @Test
    void aProofCannotBeReplayed() throws Exception {
        Proofs proofs = new Proofs(SECRET);
        byte[] hello = Hello.newBuilder()
                .setFrom(new PeerProcess("someone", new HostPort("127.0.0.1", 1), "").toMessage())
                .setNonce(ByteString.copyFrom(proofs.nonce()))
                .build()
                .toByteArray();
        byte[] proof = new byte[0];
        for (Answer expected : List.of(Answer.UNEXPECTED, Answer.BAD_PROOF)) {
            try (Socket socket = connect()) {
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                DataInputStream in = new DataInputStream(socket.getInputStream());
                out.write(HandshakeDecoder.MAGIC);
                out.write(HandshakeDecoder.VERSION);
                writeFrame(out, hello);
                SignedChallenge challenge = SignedChallenge.parseFrom(readFrame(in));
                byte[] words = challenge.getChallenge().toByteArray();
                assertTrue(Proofs.same(
                        proofs.ofAcceptor(hello, words), challenge.getProof().toByteArray()));
                if (proof.length == 0) {
                    proof = Proof.newBuilder()
                            .setProof(ByteString.copyFrom(proofs.ofConnector(hello, words)))
                            .build()
                            .toByteArray();
                }
                writeFrame(out, proof);
                assertEquals(expected, Verdict.parseFrom(readFrame(in)).getAnswer());
                assertEquals(-1, in.read());
            }
        }
        assertEquals("someone", links.poll(10, TimeUnit.SECONDS).instance());
        assertTrue(links.isEmpty());
    }

    private static final PortConnection NOBODY = new PortConnection() {
        @Override
        public ChannelHandler[] handlers(dev.orrery.nccl.port.PeerProcess peer) {
            throw new AssertionError("was let in");
        }

        @Override
        public void gone() {
            throw new AssertionError("was let in");
        }
    };

    private ErrorCode dialFailure(HostPort address, Optional<DataHello> hello, Optional<String> instance) {
        CompletableFuture<PeerProcess> outcome =
                port.dial(new Dial(address, hello, instance, NOBODY, Duration.ofSeconds(20)));
        return Retry.cause(assertThrows(CompletionException.class, outcome::join))
                .code();
    }

    @Test
    void refusalsHaveTheirCodes() {
        HostPort self = port.self().address();
        Optional<DataHello> hello = Optional.of(DataHello.getDefaultInstance());
        assertEquals(ErrorCode.UNKNOWN_WORLD, dialFailure(self, hello, Optional.empty()));
        assertEquals(ErrorCode.PROTOCOL, dialFailure(self, Optional.empty(), Optional.empty()));
        assertEquals(ErrorCode.FENCED, dialFailure(self, Optional.empty(), Optional.of("another")));
        HostPort nobody = new HostPort("127.0.0.1", 1);
        assertEquals(ErrorCode.CONNECTION_FAILED, dialFailure(nobody, hello, Optional.empty()));
    }

    @Test
    void aPortWithoutTheNativeLibraryIsReachedAndReaches() {
        try (DataPort slow = new DataPort(WorldOptions.builder().build(), SECRET, this, SocketTransport.NIO)) {
            slow.start();
            Optional<DataHello> hello = Optional.of(DataHello.getDefaultInstance());
            assertEquals(ErrorCode.UNKNOWN_WORLD, dialFailure(slow.self().address(), hello, Optional.empty()));
            Dial back = new Dial(port.self().address(), hello, Optional.empty(), NOBODY, Duration.ofSeconds(20));
            assertEquals(
                    ErrorCode.UNKNOWN_WORLD,
                    Retry.cause(assertThrows(CompletionException.class, slow.dial(back)::join))
                            .code());
        }
    }

    @Test
    void aPeerWithoutTheSecretGetsNoProof() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<PeerProcess> outcome = port.dial(new Dial(
                    new HostPort("127.0.0.1", server.getLocalPort()),
                    Optional.empty(),
                    Optional.empty(),
                    NOBODY,
                    Duration.ofSeconds(20)));
            try (Socket socket = server.accept()) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                in.readNBytes(HandshakeDecoder.PREFACE_BYTES);
                readFrame(in);
                writeFrame(
                        new DataOutputStream(socket.getOutputStream()),
                        SignedChallenge.newBuilder()
                                .setChallenge(ByteString.copyFromUtf8("x"))
                                .setProof(ByteString.copyFrom(new byte[32]))
                                .build()
                                .toByteArray());
                assertEquals(-1, in.read());
            }
            OrreryFailure failure = new OrreryFailure(assertThrows(CompletionException.class, outcome::join));
            assertEquals(ErrorCode.UNAUTHENTICATED, failure.code());
        }
    }

    private record OrreryFailure(Throwable thrown) {
        ErrorCode code() {
            return Retry.cause(thrown).code();
        }
    }

    @Test
    void backoffGrowsFromTwentyToTwoHundredMilliseconds() {
        List<Long> backoffs = List.of(1, 2, 3, 4, 5, 6, 1_000).stream()
                .map(failures -> Retry.backoff(failures).toMillis())
                .toList();
        assertEquals(List.of(20L, 40L, 80L, 160L, 200L, 200L, 200L), backoffs);
    }
}
