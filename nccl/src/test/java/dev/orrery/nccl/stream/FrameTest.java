package dev.orrery.nccl.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.nccl.transfer.BadMessageException;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.EnvelopeCodec;
import dev.orrery.nccl.transfer.MismatchException;
import dev.orrery.nccl.transfer.TensorHeader;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class FrameTest {
    private static final List<Frame> FRAMES = List.of(
            new Frame.Eager(0, new Envelope.Sent(new TensorHeader(DataType.INT16, List.of(2L, 3L), 12))),
            new Frame.Eager(1, new Envelope.Sent(new TensorHeader(DataType.BYTES, List.of(), 9))),
            new Frame.Offer(
                    Long.MAX_VALUE,
                    new Envelope.Sent(new TensorHeader(DataType.FP64, Collections.nCopies(255, 1L), Double.BYTES))),
            new Frame.Ready(7),
            new Frame.Chunk(7, 5),
            new Frame.Credit(1L << 40),
            new Frame.End(true),
            new Frame.End(false));

    /** Notes what comes. */
    private static final class Notes implements FrameReader.Sink {
        private final List<Frame> frames = new ArrayList<>();
        private final StringBuilder payload = new StringBuilder();
        private Optional<Tensor> place = Optional.empty();
        private long placed;

        @Override
        public long onFrame(Frame frame) {
            frames.add(frame);
            if (frame instanceof Frame.Eager eager) {
                return eager.message().byteSize();
            }
            return frame instanceof Frame.Chunk chunk ? chunk.length() : 0;
        }

        @Override
        public void onPayload(ByteBuf in, int length) {
            for (int i = 0; i < length; i++) {
                payload.append((char) in.readByte());
            }
        }

        @Override
        public OptionalLong payloadAddress() {
            return place.isEmpty()
                    ? OptionalLong.empty()
                    : OptionalLong.of(place.get().address() + placed);
        }

        @Override
        public void onPlaced(int length) {
            placed += length;
        }

        @Override
        public void onPayloadEnd() {
            payload.append('.');
        }
    }

    private static ByteBuf stream() {
        ByteBuf all = Unpooled.buffer();
        for (Frame frame : FRAMES) {
            ByteBuf encoded = frame.encode(UnpooledByteBufAllocator.DEFAULT);
            all.writeBytes(encoded);
            encoded.release();
            int payload = (int) new Notes().onFrame(frame);
            all.writeBytes("abcdefghijkl".substring(0, payload).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
        return all;
    }

    @Test
    void everyFrameIsReadHoweverItIsCut() throws BadMessageException, MismatchException {
        for (int step : new int[] {1, 2, 3, 7, 100, 100_000}) {
            Notes notes = new Notes();
            FrameReader reader = new FrameReader(notes);
            for (ByteBuf all = stream(); all.isReadable(); ) {
                reader.read(all.readSlice(Math.min(step, all.readableBytes())));
            }
            assertEquals(FRAMES, notes.frames);
            assertEquals("abcdefghijkl.abcdefghi...abcde....", notes.payload.toString());
        }
    }

    @Test
    void aPayloadCanBeReadStraightToItsPlaceAndNoFurther() throws BadMessageException, MismatchException {
        int size = 10_000;
        Notes notes = new Notes();
        FrameReader reader = new FrameReader(notes);
        assertTrue(reader.isBetweenFrames());
        assertEquals(Optional.empty(), reader.place());
        try (Tensor tensor = Tensor.allocate(DataType.INT8, size)) {
            notes.place = Optional.of(tensor);
            ByteBuf head = new Frame.Chunk(7, size).encode(UnpooledByteBufAllocator.DEFAULT);
            reader.read(head);
            head.release();
            ByteBuf first = reader.place().orElseThrow();
            assertEquals(size, first.writableBytes());
            first.writeByte(42).writeByte(43);
            reader.placed(2);
            ByteBuf second = reader.place().orElseThrow();
            assertEquals(size - 2, second.writableBytes());
            assertEquals(tensor.address() + 2, second.memoryAddress());
            assertEquals(43, tensor.toBytes()[1]);
            reader.placed(size - 2 - 100);
            assertEquals(Optional.empty(), reader.place(), "the rest is small");
            reader.read(Unpooled.wrappedBuffer(new byte[100]));
            assertEquals(1, notes.payload.chars().filter(it -> it == '.').count());
            assertTrue(reader.isBetweenFrames());
        }
    }

    @Test
    void everyTypeHasACode() {
        assertEquals(EnumSet.allOf(DataType.class), EnumSet.copyOf(EnvelopeCodec.TYPES));
    }

    @Test
    void whatCannotBeIsRefused() {
        refused(new Frame.Eager(0, new Envelope.Sent(new TensorHeader(DataType.INT16, List.of(2L, 3L), 13))));
        refused(new Frame.Offer(0, new Envelope.Sent(new TensorHeader(DataType.INT16, List.of(-1L, -6L), 12))));
        refused(new Frame.Offer(
                0, new Envelope.Sent(new TensorHeader(DataType.INT8, List.of(1L << 40, 1L << 40), 12))));
        refused(new Frame.Offer(0, new Envelope.Sent(new TensorHeader(DataType.BYTES, List.of(5L), 19))));
        refused(new Frame.Chunk(1, 0));
        refused(new Frame.Chunk(1, -5));
        assertThrows(BadMessageException.class, () -> read(Unpooled.wrappedBuffer(new byte[] {0, 0, 1})));
        assertThrows(BadMessageException.class, () -> read(Unpooled.wrappedBuffer(new byte[] {0, 1, 99})));
        assertThrows(BadMessageException.class, () -> read(Unpooled.wrappedBuffer(new byte[] {0, 3, 6, 0, 0})));
        assertThrows(BadMessageException.class, () -> read(Unpooled.wrappedBuffer(new byte[] {0, 2, 3, 0})));
        assertThrows(BadMessageException.class, () -> read(Unpooled.wrappedBuffer(new byte[] {-1, -1, 3, 0})));
    }

    private static void refused(Frame frame) {
        ByteBuf encoded = frame.encode(UnpooledByteBufAllocator.DEFAULT);
        try {
            BadMessageException failure = assertThrows(BadMessageException.class, () -> read(encoded));
            assertTrue(failure.failure("rank 1").message().startsWith("rank 1 sent "));
        } finally {
            encoded.release();
        }
    }

    private static void read(ByteBuf bytes) throws BadMessageException, MismatchException {
        new FrameReader(new Notes()).read(bytes);
    }
}
