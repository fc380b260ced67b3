package dev.orrery.nccl.port;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.time.Duration;
import java.util.concurrent.CompletionException;

/** When a dial that failed is tried again. */
public final class Retry {
    private static final Duration FIRST = Duration.ofMillis(20);
    private static final Duration LONGEST = Duration.ofMillis(200);
    private static final int LONGEST_AFTER = 4;

    private Retry() {}

    /** Whether the peer may just not be there yet. A wrong secret or another member does not heal. */
    public static boolean canHeal(OrreryException failure) {
        ErrorCode code = failure.code();
        return code == ErrorCode.CONNECTION_FAILED
                || code == ErrorCode.CONNECTION_LOST
                || code == ErrorCode.DEADLINE_EXCEEDED
                || code == ErrorCode.UNKNOWN_WORLD;
    }

    /** @param failures so far, in a row */
    public static Duration backoff(int failures) {
        if (failures > LONGEST_AFTER) {
            return LONGEST;
        }
        Duration backoff = FIRST.multipliedBy(1L << Math.max(0, failures - 1));
        return backoff.compareTo(LONGEST) < 0 ? backoff : LONGEST;
    }

    /** What a future of this package failed with. */
    public static OrreryException cause(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        return cause instanceof OrreryException known
                ? known
                : OrreryException.of(ErrorCode.INTERNAL, "a defect while connecting", cause);
    }
}
