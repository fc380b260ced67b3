package dev.orrery.internal.transfer;

import java.time.Duration;
import java.util.zip.CRC32C;

/** What both ends of a transfer agree on. */
final class Pieces {
    static final int MOST_BYTES = 1 << 20;

    /** Of one value: enough to keep a fast network busy, few enough not to fill a small heap. */
    static final int MOST_UNDER_WAY = 4;

    /** From the request of a piece to its bytes: a peer or a network that hangs is not waited for longer. */
    static final Duration DEADLINE = Duration.ofSeconds(10);

    private Pieces() {}

    static int checksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, bytes.length);
        return (int) checksum.getValue();
    }
}
