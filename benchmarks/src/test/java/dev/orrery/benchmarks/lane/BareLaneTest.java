package dev.orrery.benchmarks.lane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.orrery.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BareLaneTest {
    private static final long SEED = 11;
    private static final int DEADLINE_SECONDS = 40;

    @Test
    void aRingKeepsBytesAndOrderAroundItsEnd(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("ring");
        try (Lane first = RingLane.open(file, 1 << 12, 1 << 9, true);
                Lane second = RingLane.open(file, 1 << 12, 1 << 9, false)) {
            assertFalse(Files.exists(file));
            exchange(first, second);
        }
    }

    @Test
    void aRingHasAPowerOfTwoOfBytes(@TempDir Path folder) {
        assertThrows(IllegalArgumentException.class, () -> RingLane.open(folder.resolve("ring"), 1000, 100, true));
    }

    @Test
    void aSocketKeepsBytesAndOrder() throws Exception {
        try (SocketLane first = SocketLane.listen();
                Lane second = SocketLane.connect(first.address())) {
            exchange(first, second);
        }
    }

    /** Messages of many sizes, larger than the ring too, there and back. */
    private static void exchange(Lane first, Lane second) throws Exception {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        for (int i = 0; i < 200; i++) {
            byte[] sent = new byte[1 + random.nextInt(i % 10 == 0 ? 20_000 : 500)];
            random.nextBytes(sent);
            boolean there = i % 3 != 0;
            assertArrayEquals(sent, moved(sent, there ? first : second, there ? second : first));
        }
    }

    private static byte[] moved(byte[] bytes, Lane from, Lane to) throws Exception {
        try (Tensor message = Tensor.ofUint8(bytes, bytes.length);
                Tensor into = Tensor.ofUint8(new byte[bytes.length], bytes.length)) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                from.startSend(0, message);
                from.finishSend(0);
            });
            to.startReceive(0, into);
            to.finishReceive(0);
            sending.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            return into.toBytes();
        }
    }

    @Test
    void aConnectionThatEndsIsToldOf() throws IOException {
        try (SocketLane first = SocketLane.listen();
                Tensor into = Tensor.ofUint8(new byte[8], 8)) {
            SocketLane.connect(first.address()).close();
            assertThrows(RuntimeException.class, () -> first.startReceive(0, into));
        }
    }
}
