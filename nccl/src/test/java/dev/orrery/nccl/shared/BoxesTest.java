package dev.orrery.nccl.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.transfer.BadMessageException;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.Landing;
import dev.orrery.nccl.transfer.MismatchException;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both ends of one ring, moved by hand. */
@Timeout(60)
final class BoxesTest {
    private static final int CHUNK = 8 << 10;
    private static final RingGeometry GEOMETRY = new RingGeometry(64 << 10, CHUNK);
    private static final long LIMIT = 1 << 20;
    private static final int[] SIZES = {
        0, 1, 7, 8, 9, CHUNK - 1, CHUNK, CHUNK + 1, 8 * CHUNK - 24, 8 * CHUNK, 8 * CHUNK + 1, 500_000
    };

    private final ByteBuffer region = ByteBuffer.allocateDirect(GEOMETRY.regionBytes() + 64)
            .alignedSlice(64)
            .order(ByteOrder.LITTLE_ENDIAN);
    private final Outbox outbox = new Outbox(new RingWriter(region, GEOMETRY), GEOMETRY);
    private final Inbox inbox = new Inbox(new RingReader(region, GEOMETRY), GEOMETRY, LIMIT);

    private static Tensor bytes(int size, int seed) {
        Tensor tensor = Tensor.allocate(DataType.UINT8, size);
        ByteBuffer buffer = tensor.buffer(0, size);
        for (int i = 0; i < size; i++) {
            buffer.put(i, (byte) (i * 13 + seed));
        }
        return tensor;
    }

    private CompletableFuture<Void> send(Tensor tensor) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        outbox.add(TestingPair.sent(tensor, done));
        return done;
    }

    private TestingPair.Taking receive() {
        TestingPair.Taking taking = new TestingPair.Taking();
        inbox.add(taking);
        return taking;
    }

    @Test
    void messagesOfAllSizesArriveInOrder() throws Exception {
        long seed = System.nanoTime();
        System.out.println("BoxesTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 400; round++) {
            int size = round < SIZES.length ? SIZES[round] : SIZES[random.nextInt(SIZES.length)];
            try (Tensor tensor = bytes(size, round)) {
                CompletableFuture<Void> sent = send(tensor);
                TestingPair.Taking taking = receive();
                for (int moves = 0; !taking.received.isDone(); moves++) {
                    outbox.move();
                    inbox.move();
                    assertTrue(moves < 1_000, "it stands still with " + size + " bytes");
                }
                assertTrue(sent.isDone());
                try (Tensor received = taking.received.join()) {
                    assertEquals(tensor.buffer(0, size), received.buffer(0, size), size + " bytes");
                }
            }
        }
        assertTrue(outbox.isIdle() && inbox.isIdle() && inbox.isDrained());
    }

    @Test
    void whatDoesNotFitWaitsForRoomAndTheReaderTellsWhenThereIs() throws Exception {
        try (Tensor tensor = bytes(200_000, 1)) {
            CompletableFuture<Void> sent = send(tensor);
            outbox.move();
            assertTrue(outbox.isBlocked() && !sent.isDone());
            assertTrue(outbox.sleep());
            assertTrue(!outbox.isMoving(), "nobody takes");
            TestingPair.Taking taking = receive();
            inbox.move();
            assertTrue(inbox.isMoving() && outbox.isMoving());
            assertTrue(inbox.writerSleeps(), "the reader has to wake it");
            assertTrue(!inbox.writerSleeps(), "but once");
            while (!sent.isDone()) {
                outbox.move();
                inbox.move();
            }
            while (!taking.received.isDone()) {
                inbox.move();
            }
            taking.received.join().close();
        }
    }

    @Test
    void theReaderSleepsOnlyWhileThereIsNothing() throws Exception {
        TestingPair.Taking taking = receive();
        assertTrue(inbox.sleep());
        try (Tensor tensor = bytes(10, 1)) {
            send(tensor);
            outbox.move();
        }
        assertTrue(outbox.readerSleeps());
        assertTrue(!outbox.readerSleeps());
        assertTrue(!inbox.sleep());
        inbox.move();
        taking.received.join().close();
        assertTrue(inbox.sleep());
        outbox.sayEnd(true);
        assertTrue(!inbox.sleep());
    }

    @Test
    void aTensorThatWasClosedIsNotSentAndOneUnderWayIsAnError() throws Exception {
        Tensor closed = bytes(10, 1);
        CompletableFuture<Void> never = send(closed);
        closed.close();
        Tensor cut = bytes(200_000, 1);
        send(cut);
        outbox.move();
        assertTrue(never.isCompletedExceptionally());
        receive();
        inbox.move();
        cut.close();
        assertThrows(Outbox.ClosedTensorException.class, outbox::move);
    }

    @Test
    void aMismatchIsAnErrorAndFailsTheReceive() throws Exception {
        CompletableFuture<OrreryException> failed = new CompletableFuture<>();
        inbox.add(new Reception() {
            @Override
            public Landing accept(Envelope envelope) throws MismatchException {
                throw new MismatchException("not " + envelope);
            }

            @Override
            public void complete() {
                throw new AssertionError("nothing was accepted");
            }

            @Override
            public void fail(OrreryException why) {
                failed.complete(why);
            }
        });
        try (Tensor tensor = bytes(10, 1)) {
            send(tensor);
            outbox.move();
        }
        assertThrows(MismatchException.class, inbox::move);
        inbox.failAll(OrreryException.of(ErrorCode.BROKEN_WORLD, "broken"));
        assertEquals(ErrorCode.BROKEN_WORLD, failed.join().code());
    }

    @Test
    void whatIsTooLargeIsAnErrorBeforeMemoryIsTaken() throws Exception {
        try (Tensor tensor = bytes((int) LIMIT + 1, 1)) {
            send(tensor);
            outbox.move();
            TestingPair.Taking taking = receive();
            BadMessageException failure = assertThrows(BadMessageException.class, inbox::move);
            assertTrue(failure.getMessage().contains(Long.toString(LIMIT)), failure.getMessage());
            assertTrue(!taking.received.isDone());
        }
    }

    @Test
    void corruptPositionsAndHeadsAreErrors() {
        long seed = System.nanoTime();
        System.out.println("BoxesTest corrupt seed " + seed);
        Random random = new Random(seed);
        for (long head : new long[] {-8, -1, 1, 4, GEOMETRY.ringBytes() + 8, Long.MIN_VALUE, Long.MAX_VALUE}) {
            region.putLong(RingGeometry.HEAD, head);
            Inbox fresh = new Inbox(new RingReader(region, GEOMETRY), GEOMETRY, LIMIT);
            fresh.add(new TestingPair.Taking());
            assertThrows(BadMessageException.class, fresh::move, "head " + head);
        }
        region.putLong(RingGeometry.HEAD, 64);
        for (int i = 0; i < 10_000; i++) {
            // No message begins with a tag of 3 or more.
            region.putLong(RingGeometry.dataOffset(), random.nextLong() | 0x8000_0000_0000_0000L);
            Inbox fresh = new Inbox(new RingReader(region, GEOMETRY), GEOMETRY, LIMIT);
            fresh.add(new TestingPair.Taking());
            assertThrows(BadMessageException.class, fresh::move);
        }
    }

    @Test
    void aReaderWhereItCannotBeIsAnErrorForTheWriter() throws Exception {
        region.putLong(RingGeometry.TAIL, 1L << 40);
        try (Tensor tensor = bytes(200_000, 1)) {
            send(tensor);
            assertThrows(BadMessageException.class, outbox::move);
        }
    }
}
