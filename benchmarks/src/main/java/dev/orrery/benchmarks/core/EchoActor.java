package dev.orrery.benchmarks.core;

import java.nio.charset.StandardCharsets;

/** The actor of Ray's tests: whatever it is asked, it answers two bytes. */
final class EchoActor {
    static final int BYTES = 2;

    byte[] smallValue() {
        return smallTask();
    }

    static byte[] smallTask() {
        return "ok".getBytes(StandardCharsets.US_ASCII);
    }
}
