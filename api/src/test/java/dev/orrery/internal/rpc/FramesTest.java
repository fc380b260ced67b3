package dev.orrery.internal.rpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.RpcFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FramesTest {
    private static BytesValue payload(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return BytesValue.of(ByteString.copyFrom(bytes));
    }

    @Test
    void payloadIsWrittenIntoItsPlace() throws Exception {
        for (int size : new int[] {0, 1, 100, 127, 128, 16_383, 16_384, 300_000}) {
            RpcFrame.Request head = RpcFrame.Request.newBuilder()
                    .setCall(Long.MAX_VALUE)
                    .setMethod("Infer")
                    .setTimeoutMillis(30_000)
                    .build();
            ByteBuf frame = Frames.write(
                    UnpooledByteBufAllocator.DEFAULT,
                    RpcFrame.REQUEST_FIELD_NUMBER,
                    head,
                    RpcFrame.Request.PAYLOAD_FIELD_NUMBER,
                    payload(size));
            assertEquals(frame.readableBytes() - Integer.BYTES, frame.readInt());
            RpcFrame.Request read = Frames.read(RpcFrame.parser(), frame).getRequest();
            assertEquals(
                    head.toBuilder().setPayload(payload(size).toByteString()).build(), read);
            assertEquals(payload(size), Frames.readPayload(BytesValue.parser(), read.getPayload()));
            assertEquals(0, frame.refCnt());
        }
    }

    @Test
    void bytesThatAreNoMessageAreRefusedAndReleased() {
        ByteBuf frame = Unpooled.directBuffer().writeBytes(new byte[] {10, 127, 1});
        assertThrows(OrreryException.class, () -> Frames.read(RpcFrame.parser(), frame));
        assertEquals(0, frame.refCnt());
        assertThrows(
                InvalidProtocolBufferException.class,
                () -> Frames.readPayload(BytesValue.parser(), ByteString.copyFrom(new byte[] {12})));
    }

    @Test
    void framesAreCutWhereverTheStreamWasSplit() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(1_000));
        ByteBuf stream = Unpooled.buffer();
        Preface.write(stream);
        stream.writeInt(3)
                .writeBytes(new byte[] {1, 2, 3})
                .writeInt(0)
                .writeInt(2)
                .writeBytes(new byte[] {4, 5});
        while (stream.isReadable()) {
            channel.writeInbound(stream.readBytes(1));
        }
        stream.release();
        for (byte[] expected : new byte[][] {{1, 2, 3}, {}, {4, 5}}) {
            ByteBuf frame = channel.readInbound();
            assertArrayEquals(expected, ByteBufUtil.getBytes(frame));
            frame.release();
        }
        assertNull(channel.readInbound());
        channel.finishAndReleaseAll();
    }

    @Test
    void partsOfALargeFrameAreSignsOfLife() {
        FrameDecoder decoder = new FrameDecoder(100);
        EmbeddedChannel channel = new EmbeddedChannel(decoder);
        AtomicInteger signs = new AtomicInteger();
        decoder.trust(1_000_000, signs::incrementAndGet);
        ByteBuf start = Unpooled.buffer();
        Preface.write(start);
        channel.writeInbound(start.writeInt(1_000_000));
        for (int i = 0; i < 9; i++) {
            channel.writeInbound(Unpooled.wrappedBuffer(new byte[100_000]));
        }
        assertEquals(10, signs.get());
        assertNull(channel.readInbound());
        channel.finishAndReleaseAll();
    }
}
