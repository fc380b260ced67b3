package dev.orrery.benchmarks.payload;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.orrery.internal.memory.NativeMemory;
import dev.orrery.tensor.Tensor;
import org.junit.jupiter.api.Test;

class MessagesTest {
    private static final long BYTES = 4096;

    private static void transfer(Messages from, Messages to, long number) {
        from.stamp(number);
        copy(from.buffer(number), to.buffer(number));
    }

    private static void copy(Tensor from, Tensor to) {
        NativeMemory.copy(from.address(), to.address(), from.byteSize());
    }

    @Test
    void whatArrivesAsItWasSentPasses() {
        try (Messages out = Messages.toSend(1, BYTES, 2);
                Messages in = Messages.toReceive(1, BYTES, 2)) {
            for (long number = 0; number < 5; number++) {
                transfer(out, in, number);
                in.check(number);
            }
            assertDoesNotThrow(in::checkAllWords);
        }
    }

    @Test
    void aMessageThatDidNotArriveIsFound() {
        try (Messages out = Messages.toSend(1, BYTES, 2);
                Messages in = Messages.toReceive(1, BYTES, 2)) {
            transfer(out, in, 0);
            // Number 2 would lie where number 0 did.
            assertThrows(WrongDataException.class, () -> in.check(2));
            // And number 1 was never there.
            assertThrows(WrongDataException.class, () -> in.check(1));
            assertThrows(WrongDataException.class, in::checkAllWords);
        }
    }

    @Test
    void aWordThatChangedOnTheWayIsFound() {
        try (Messages out = Messages.toSend(1, BYTES, 1);
                Messages in = Messages.toReceive(1, BYTES, 1)) {
            transfer(out, in, 0);
            Tensor buffer = in.buffer(0);
            buffer.setLong(100, buffer.getLong(100) ^ 1);
            in.check(0);
            assertThrows(WrongDataException.class, in::checkAllWords);
        }
    }

    @Test
    void theMessageOfAnotherSenderIsFound() {
        try (Messages out = Messages.toSend(2, BYTES, 1);
                Messages in = Messages.toReceive(1, BYTES, 1)) {
            transfer(out, in, 0);
            assertThrows(WrongDataException.class, in::checkAllWords);
        }
    }

    @Test
    void largeMessagesShareBuffers() {
        assertEquals(16, Messages.bufferCount(4 << 20, 16));
        assertEquals(4, Messages.bufferCount(64 << 20, 16));
        assertEquals(1, Messages.bufferCount(64 << 20, 1));
    }
}
