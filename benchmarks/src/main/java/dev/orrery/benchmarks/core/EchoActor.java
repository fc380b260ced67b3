package dev.orrery.benchmarks.core;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** The actor of Ray's tests: whatever it is asked, it answers two bytes. */
final class EchoActor {
    static final int BYTES = 2;

    byte[] smallValue() {
        return smallTask();
    }

    byte[] smallValueOf(Object argument) {
        return smallTask();
    }

    CompletableFuture<byte[]> smallValueLater() {
        return CompletableFuture.completedFuture(smallTask());
    }

    CompletableFuture<byte[]> smallValueOfLater(Object argument) {
        return smallValueLater();
    }

    byte[] same(byte[] bytes) {
        return bytes;
    }

    static byte[] smallTask() {
        return "ok".getBytes(StandardCharsets.US_ASCII);
    }
}
