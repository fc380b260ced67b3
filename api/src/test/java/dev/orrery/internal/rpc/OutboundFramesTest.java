package dev.orrery.internal.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutboundFramesTest {
    /** Takes so many bytes, or fails. */
    private static final class TestingSocket implements OutboundFrames.Direct {
        private boolean idle = true;
        private int room = Integer.MAX_VALUE;
        private boolean broken;
        private final List<Integer> frames = new ArrayList<>();

        @Override
        public boolean isIdle() {
            return idle;
        }

        @Override
        public int writeNow(ByteBuffer bytes) throws IOException {
            if (broken) {
                throw new IOException("broken");
            }
            int taken = Math.min(room, bytes.remaining());
            if (taken >= Integer.BYTES) {
                frames.add(bytes.getInt(bytes.position()));
            }
            return taken;
        }
    }

    private final TestingSocket socket = new TestingSocket();
    private int flushes;
    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelOutboundHandlerAdapter() {
        @Override
        public void flush(ChannelHandlerContext context) {
            flushes++;
            context.flush();
        }
    });
    private final OutboundFrames frames = new OutboundFrames(channel, Optional.of(socket));

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private static ByteBuf frame(int number, int bytes) {
        return Unpooled.buffer(bytes).writeInt(number).writeZero(bytes - Integer.BYTES);
    }

    private List<Integer> sent() {
        List<Integer> numbers = new ArrayList<>();
        for (ByteBuf frame = channel.readOutbound(); frame != null; frame = channel.readOutbound()) {
            numbers.add(frame.readInt());
            frame.release();
        }
        return numbers;
    }

    @Test
    void whatPilesUpLeavesInOrderWithOneFlush() {
        for (int i = 0; i < 100; i++) {
            frames.send(frame(i, 4));
        }
        assertEquals(List.of(), sent());
        channel.runPendingTasks();
        List<Integer> sent = sent();
        assertEquals(100, sent.size());
        assertEquals(0, sent.get(0));
        assertEquals(99, sent.get(99));
        assertEquals(1, flushes);
        frames.send(frame(100, 4));
        channel.runPendingTasks();
        assertEquals(List.of(100), sent());
        assertEquals(2, flushes);
    }

    @Test
    void aLongQueueLeavesInParts() {
        for (int i = 0; i < 300; i++) {
            frames.send(frame(i, 4));
        }
        channel.runPendingTasks();
        assertEquals(300, sent().size());
        assertEquals(3, flushes);
    }

    @Test
    void whatWaitsHereCountsForBackpressure() {
        frames.send(frame(1, 40_000));
        assertTrue(frames.isWritable());
        frames.send(frame(2, 40_000));
        assertFalse(frames.isWritable());
        channel.runPendingTasks();
        assertTrue(frames.isWritable());
    }

    @Test
    void oneThatIsAloneLeavesAtOnce() {
        ByteBuf frame = frame(7, 8);
        frames.sendAlone(frame);
        assertEquals(List.of(7), socket.frames);
        assertEquals(0, frame.refCnt());
        channel.runPendingTasks();
        assertEquals(0, flushes);
    }

    @Test
    void oneThatFollowsOthersLeavesAfterThem() {
        frames.send(frame(1, 4));
        frames.sendAlone(frame(2, 4));
        assertEquals(List.of(), socket.frames);
        channel.runPendingTasks();
        assertEquals(List.of(1, 2), sent());
        frames.sendAlone(frame(3, 4));
        assertEquals(List.of(3), socket.frames);
    }

    @Test
    void whatTheChannelStillHasLeavesFirst() {
        socket.idle = false;
        frames.sendAlone(frame(1, 4));
        assertEquals(List.of(), socket.frames);
        channel.runPendingTasks();
        assertEquals(List.of(1), sent());
    }

    @Test
    void whatTheSocketDoesNotTakeLeavesBeforeAnythingElse() {
        socket.room = 5;
        frames.sendAlone(frame(1, 12));
        frames.sendAlone(frame(2, 4));
        frames.send(frame(3, 4));
        assertEquals(List.of(1), socket.frames);
        channel.runPendingTasks();
        ByteBuf rest = channel.readOutbound();
        assertEquals(7, rest.readableBytes());
        rest.release();
        assertEquals(List.of(2, 3), sent());
    }

    @Test
    void aSocketThatFailsLeavesTheFrameToTheChannel() {
        socket.broken = true;
        frames.sendAlone(frame(1, 4));
        channel.runPendingTasks();
        assertEquals(List.of(1), sent());
    }

    @Test
    void framesForAClosedChannelAreReleased() {
        ByteBuf frame = frame(1, 4);
        channel.close();
        frames.send(frame);
        channel.runPendingTasks();
        assertEquals(0, frame.refCnt());
        // Netty tells that the write failed.
        channel.checkException();
    }

    @Test
    void framesForAnEndedEventLoopAreReleased() {
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
        LocalChannel local = new LocalChannel();
        group.register(local).syncUninterruptibly();
        OutboundFrames late = new OutboundFrames(local, Optional.empty());
        assertTrue(group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS));
        ByteBuf frame = frame(1, 4);
        late.send(frame);
        assertEquals(0, frame.refCnt());
    }
}
