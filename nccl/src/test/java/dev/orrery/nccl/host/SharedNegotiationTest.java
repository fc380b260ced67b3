package dev.orrery.nccl.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.proto.SharedAnswer;
import dev.orrery.nccl.proto.SharedOffer;
import dev.orrery.nccl.shared.Invitation;
import dev.orrery.nccl.shared.Meeting;
import dev.orrery.nccl.shared.PathParts;
import dev.orrery.nccl.shared.RingGeometry;
import dev.orrery.nccl.shared.Token;
import dev.orrery.nccl.transfer.Ends;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two members agree on shared memory, or one finds out that the other does not keep to the rules. */
@Timeout(60)
final class SharedNegotiationTest implements SharedNegotiation.Outcome {
    private static final RingGeometry GEOMETRY = new RingGeometry(64 << 10, 8 << 10);
    private static final Ends ENDS = new Ends("a", "b");

    @TempDir
    Path folder;

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Executor executor = this::execute;
    private final List<String> told = new ArrayList<>();
    private boolean ended;

    private void execute(Runnable task) {
        if (ended) {
            throw new RejectedExecutionException();
        }
        tasks.add(task);
    }

    private void runAll(EmbeddedChannel channel) {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
            channel.runPendingTasks();
        }
    }

    @Override
    public void onConnected(ChannelHandlerContext ctx) {}

    @Override
    public void onShared(ChannelHandlerContext ctx, PathParts parts) {
        parts.discard();
        told.add("shared");
    }

    @Override
    public void onRefused(ChannelHandlerContext ctx, String whyNot) {
        told.add("refused: " + whyNot);
    }

    @Override
    public void onFailed(NoPath why) {
        if (why instanceof NoPath.Failed failed) {
            told.add(failed.cause().kind() + ": " + failed.cause().message());
        } else if (why instanceof NoPath.Closed closed) {
            told.add("closed: " + closed.why());
        }
    }

    private EmbeddedChannel channel(boolean dialled) {
        HostOptions options = HostOptions.defaults().withFolder(folder).withRing(64 << 10, 8 << 10);
        return new EmbeddedChannel(
                new LengthFieldBasedFrameDecoder(64 << 10, 0, Integer.BYTES, 0, Integer.BYTES),
                new SharedNegotiation(options, ENDS, dialled, executor, this));
    }

    private static void receive(EmbeddedChannel channel, byte[] message) {
        channel.writeInbound(Unpooled.buffer().writeInt(message.length).writeBytes(message));
    }

    private static void receive(EmbeddedChannel channel, MessageLite message) {
        receive(channel, message.toByteArray());
    }

    private static byte[] sent(EmbeddedChannel channel) {
        ByteBuf bytes = channel.readOutbound();
        try {
            return ByteBufUtil.getBytes(bytes.skipBytes(Integer.BYTES));
        } finally {
            bytes.release();
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    /** It fails at once, says so once, with the peer's name and what it did, and nothing is left. */
    private void failed(EmbeddedChannel channel, String what) throws IOException {
        assertEquals(1, told.size(), told::toString);
        assertTrue(told.get(0).startsWith("PROTOCOL: b, "), told::toString);
        assertTrue(told.get(0).contains(what), told::toString);
        assertFalse(channel.isOpen());
        runAll(channel);
        channel.finishAndReleaseAll();
        assertEquals(1, told.size(), told::toString);
        assertEquals(List.of(), files());
    }

    private SharedOffer.Builder offer() {
        String stem = folder.resolve("orrery-1-1-0a").toString();
        return SharedOffer.newBuilder()
                .setRingPath(stem + ".ring")
                .setBellPath(stem + ".bell")
                .setRingBytes(GEOMETRY.ringBytes())
                .setChunkBytes(GEOMETRY.chunkBytes())
                .setToken(ByteString.copyFrom(new byte[Token.BYTES]));
    }

    @Test
    void twoThatKeepToTheRulesShare() throws IOException {
        EmbeddedChannel left = channel(true);
        EmbeddedChannel right = channel(false);
        runAll(left);
        assertEquals(2, files().size());
        receive(right, sent(left));
        runAll(right);
        receive(left, sent(right));
        runAll(left);
        assertEquals(List.of("shared", "shared"), told);
        assertEquals(List.of(), files());
        left.finishAndReleaseAll();
        right.finishAndReleaseAll();
    }

    @Test
    void anAnswerBeforeTheOffer() throws IOException {
        EmbeddedChannel channel = channel(true);
        receive(channel, SharedAnswer.getDefaultInstance());
        failed(channel, "an answer, though nothing was offered yet");
    }

    @Test
    void aSecondOffer() throws IOException {
        EmbeddedChannel channel = channel(false);
        receive(channel, offer().build());
        receive(channel, offer().build());
        failed(channel, "a second offer");
    }

    @Test
    void bytesThatAreNoMessage() throws IOException {
        byte[] garbage = "GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII);
        EmbeddedChannel offered = channel(false);
        receive(offered, garbage);
        failed(offered, "bytes that are no message");
        told.clear();
        EmbeddedChannel answered = channel(true);
        runAll(answered);
        receive(answered, garbage);
        failed(answered, "bytes that are no message");
        told.clear();
        EmbeddedChannel framed = channel(false);
        framed.writeInbound(Unpooled.buffer().writeInt(1 << 30));
        failed(framed, "bytes that are no message");
    }

    @Test
    void offersOfWhatIsNoRing() throws IOException {
        String elsewhere = Files.createTempFile("another-file", "").toString();
        for (SharedOffer offer : List.of(
                offer().setRingPath("").build(),
                offer().setRingPath("a\0b").build(),
                offer().setRingPath(elsewhere).build(),
                offer().setRingPath(folder.resolve("../orrery-1-1-0a.ring/..").toString())
                        .build(),
                offer().setBellPath(folder.resolve("orrery-1-1-0a.ring").toString())
                        .build(),
                offer().setRingPath("x".repeat(10_000)).build(),
                offer().setRingBytes(7).build(),
                offer().setRingBytes(-1).setChunkBytes(-1).build(),
                offer().setChunkBytes(0).build(),
                offer().setToken(ByteString.EMPTY).build())) {
            told.clear();
            EmbeddedChannel channel = channel(false);
            receive(channel, offer);
            failed(channel, "");
            assertTrue(told.get(0).length() < 1_000, "too long");
        }
        assertTrue(Files.deleteIfExists(Path.of(elsewhere)));
    }

    /** It may be as intended: the sides were given different folders. So the world forms, in another way. */
    @Test
    void aRingInAnotherFolderIsNotOpened(@TempDir Path other) throws IOException {
        try (Meeting meeting = Meeting.arrange(other, GEOMETRY)) {
            Invitation made = meeting.invitation();
            EmbeddedChannel channel = channel(false);
            receive(
                    channel,
                    offer().setRingPath(made.ring().toString())
                            .setBellPath(made.bell().toString())
                            .setToken(ByteString.copyFrom(made.token().bytes()))
                            .build());
            runAll(channel);
            assertEquals(1, told.size(), told::toString);
            assertTrue(told.get(0).startsWith("refused: "), told::toString);
            assertTrue(told.get(0).contains(other.toString()), told::toString);
            assertTrue(told.get(0).contains(folder.toString()), told::toString);
            assertTrue(whyNot(sent(channel)).contains(other.toString()));
            channel.finishAndReleaseAll();
        }
    }

    private static String whyNot(byte[] answer) throws InvalidProtocolBufferException {
        return SharedAnswer.parseFrom(answer).getWhyNot();
    }

    @Test
    void aConnectionThatEndsWhenNothingRunsAnyMoreLeavesNoNames() throws IOException {
        EmbeddedChannel channel = channel(true);
        runAll(channel);
        assertEquals(2, files().size());
        ended = true;
        channel.finishAndReleaseAll();
        assertEquals(List.of(), files());
        assertEquals(1, told.size(), told::toString);
        assertTrue(told.get(0).startsWith("closed: "), told::toString);
    }

    @Test
    void anAnswerThatComesWhenNothingRunsAnyMoreLeavesNoNames() throws IOException {
        EmbeddedChannel channel = channel(true);
        runAll(channel);
        ended = true;
        receive(channel, SharedAnswer.newBuilder().setWhyNot("no").build());
        channel.runPendingTasks();
        assertEquals(List.of("refused: no"), told);
        assertEquals(List.of(), files());
        channel.finishAndReleaseAll();
    }

    @Test
    void whatIsArrangedTooLateLeavesNoNames() throws IOException {
        EmbeddedChannel channel = channel(true);
        Runnable arranging = tasks.remove();
        channel.close();
        ended = true;
        arranging.run();
        channel.runPendingTasks();
        channel.finishAndReleaseAll();
        assertEquals(List.of(), files());
        assertEquals(1, told.size(), told::toString);
    }
}
