package dev.orrery.nccl.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.stream.Matching.Arrival;
import dev.orrery.nccl.transfer.BadMessageException;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.Landing;
import dev.orrery.nccl.transfer.MismatchException;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.nccl.transfer.TensorHeader;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** One direction of a stream, to which frames are given by hand. */
final class InboundTest {
    private static final int SMALL = 1000;
    private static final int EAGER = (int) Flow.EAGER_BYTES;
    private static final int LARGE = EAGER + 5000;
    private final OrreryException left = OrreryException.of(ErrorCode.UNAVAILABLE, "it left");

    private final List<Frame> replies = new ArrayList<>();
    private final Inbound inbound = new Inbound(1 << 20, replies::add);

    /** Receives bytes of one size, or what its kind of failure allows. */
    private static final class Receiving implements Reception {
        private final long byteSize;
        private final Optional<Error> refusal;
        private final CompletableFuture<Tensor> received = new CompletableFuture<>();
        private final List<OrreryException> failures = new ArrayList<>();
        private Tensor tensor;

        Receiving(long byteSize, Optional<Error> refusal) {
            this.byteSize = byteSize;
            this.refusal = refusal;
        }

        static Receiving of(long byteSize) {
            return new Receiving(byteSize, Optional.empty());
        }

        @Override
        public Landing accept(Envelope envelope) throws MismatchException {
            if (refusal.isPresent()) {
                throw refusal.get();
            }
            if (envelope.byteSize() != byteSize) {
                throw new MismatchException(byteSize + " here, and there " + envelope.byteSize());
            }
            tensor = Tensor.allocate(DataType.UINT8, byteSize);
            return Landing.at(tensor.address());
        }

        @Override
        public void complete() {
            received.complete(tensor);
        }

        @Override
        public void fail(OrreryException why) {
            failures.add(why);
            received.completeExceptionally(why);
        }

        boolean has(int seed) {
            for (int i = 0; i < byteSize; i++) {
                if (tensor.buffer(0, (int) byteSize).get(i) != (byte) (i * 7 + seed)) {
                    return false;
                }
            }
            return received.isDone();
        }
    }

    private static Envelope envelope(int size) {
        return new Envelope.Sent(new TensorHeader(DataType.UINT8, List.of((long) size), size));
    }

    private void eager(long number, int size, int seed) throws BadMessageException, MismatchException {
        assertEquals(size, inbound.onEager(new Frame.Eager(number, envelope(size))));
        payload(0, size, seed);
        inbound.onPayloadEnd();
    }

    private void offer(long number) throws BadMessageException, MismatchException {
        inbound.onOffer(new Frame.Offer(number, envelope(LARGE)));
    }

    private void chunk(long number, int from, int to, int seed) throws BadMessageException, MismatchException {
        assertEquals(to - from, inbound.onChunk(new Frame.Chunk(number, to - from)));
        payload(from, to, seed);
        inbound.onPayloadEnd();
    }

    private void payload(int from, int to, int seed) {
        ByteBuf bytes = Unpooled.directBuffer(to - from);
        for (int i = from; i < to; i++) {
            bytes.writeByte(i * 7 + seed);
        }
        inbound.onPayload(bytes, to - from);
        bytes.release();
    }

    private void receive(Receiving receiving) throws MismatchException {
        Optional<Arrival> begun = inbound.receive(receiving);
        if (begun.isPresent()) {
            inbound.begin(begun.get(), receiving);
        }
    }

    @Test
    void smallOnesThatHaveComeAreTakenAtOnce() throws Exception {
        eager(0, SMALL, 3);
        eager(1, SMALL, 4);
        for (int seed = 3; seed <= 4; seed++) {
            Receiving receiving = Receiving.of(SMALL);
            assertTrue(inbound.receive(receiving).isEmpty());
            assertTrue(receiving.has(seed));
        }
        assertEquals(List.of(), replies);
    }

    @Test
    void whoWaitsGetsTheNextMessage() throws Exception {
        Receiving small = Receiving.of(SMALL);
        Receiving large = Receiving.of(LARGE);
        receive(small);
        receive(large);
        eager(0, SMALL, 1);
        assertTrue(small.has(1));
        offer(1);
        assertTrue(inbound.isMoving());
        assertTrue(replies.contains(new Frame.Ready(1)));
        chunk(1, 0, EAGER, 2);
        assertFalse(large.received.isDone());
        chunk(1, EAGER, LARGE, 2);
        assertTrue(large.has(2));
        assertFalse(inbound.isMoving());
    }

    @Test
    void theBeginningOfALargeOneIsThereWhenItIsReceived() throws Exception {
        offer(0);
        chunk(0, 0, EAGER, 5);
        assertFalse(inbound.isMoving());
        assertEquals(List.of(), replies);
        Receiving receiving = Receiving.of(LARGE);
        receive(receiving);
        assertTrue(replies.contains(new Frame.Ready(0)));
        chunk(0, EAGER, LARGE, 5);
        assertTrue(receiving.has(5));
    }

    @Test
    void itCanBeReceivedInTheMiddleOfItsBeginning() throws Exception {
        offer(0);
        assertEquals(EAGER, inbound.onChunk(new Frame.Chunk(0, EAGER)));
        payload(0, 777, 6);
        Receiving receiving = Receiving.of(LARGE);
        receive(receiving);
        assertEquals(receiving.tensor.address() + 777, inbound.payloadAddress().orElseThrow());
        payload(777, EAGER, 6);
        inbound.onPayloadEnd();
        chunk(0, EAGER, LARGE, 6);
        assertTrue(receiving.has(6));
    }

    @Test
    void nothingButTheBeginningComesBeforeItIsReceived() throws Exception {
        offer(0);
        chunk(0, 0, EAGER, 1);
        assertThrows(BadMessageException.class, () -> inbound.onChunk(new Frame.Chunk(0, 1)));
        assertThrows(BadMessageException.class, () -> inbound.onChunk(new Frame.Chunk(9, 1)));
    }

    @Test
    void whatNobodyReceivesIsBounded() throws Exception {
        int fit = (int) (Flow.WINDOW_BYTES / Flow.cost(envelope(LARGE)));
        for (int i = 0; i < fit; i++) {
            offer(i);
        }
        assertThrows(BadMessageException.class, () -> offer(fit));
    }

    @Test
    void creditComesBackForWhatWasReceived() throws Exception {
        offer(0);
        receive(Receiving.of(LARGE));
        assertEquals(List.of(new Frame.Credit(Flow.cost(envelope(LARGE))), new Frame.Ready(0)), replies);
    }

    @Test
    void whoIsToReceiveSomethingElseFailsWithTheWorld() throws Exception {
        eager(0, SMALL, 1);
        Receiving late = Receiving.of(SMALL + 1);
        assertThrows(MismatchException.class, () -> receive(late));
        Receiving early = Receiving.of(SMALL);
        receive(early);
        // The one that could not take its message is still the first.
        assertThrows(MismatchException.class, () -> inbound.onEager(new Frame.Eager(1, envelope(SMALL))));
        assertEquals(List.of(), late.failures);
        inbound.end(left, false);
        assertEquals(List.of(left), late.failures);
        assertEquals(List.of(left), early.failures);
    }

    @Test
    void withoutMemoryTheReceiveFailsOnce() throws Exception {
        Receiving receiving = new Receiving(LARGE, Optional.of(new OutOfMemoryError("none")));
        receive(receiving);
        assertThrows(OutOfMemoryError.class, () -> offer(0));
        inbound.end(left, false);
        assertEquals(1, receiving.failures.size());
        assertEquals(ErrorCode.TENSOR_TOO_LARGE, receiving.failures.get(0).code());
    }

    @Test
    void whatHasComeCanBeReceivedAfterTheEndWhenItIsKept() throws Exception {
        eager(0, SMALL, 1);
        offer(1);
        chunk(1, 0, EAGER, 2);
        inbound.end(left, true);
        Receiving small = Receiving.of(SMALL);
        receive(small);
        assertTrue(small.has(1));
        Receiving large = Receiving.of(LARGE);
        receive(large);
        assertEquals(List.of(left), large.failures);
        inbound.end(left, false);
        eager(2, SMALL, 3);
        Receiving late = Receiving.of(SMALL);
        receive(late);
        assertEquals(List.of(left), late.failures);
    }

    @Test
    void oneThatIsMatchedWhileTheStreamEndsFails() throws Exception {
        offer(0);
        Receiving receiving = Receiving.of(LARGE);
        Arrival begun = inbound.receive(receiving).orElseThrow();
        inbound.end(left, false);
        inbound.begin(begun, receiving);
        assertEquals(List.of(left), receiving.failures);
    }
}
