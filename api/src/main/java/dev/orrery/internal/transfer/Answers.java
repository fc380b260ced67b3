package dev.orrery.internal.transfer;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.rpc.ErrorCodec;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits of the threads that fetch. */
final class Answers {
    /** The deadline of the call itself tells more. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    private Answers() {}

    /** Throws what it failed with, DEADLINE_EXCEEDED, or CANCELLED for an interrupted thread. */
    static <T> T await(CompletableFuture<T> answer, Duration deadline, String what) {
        try {
            return answer.get(deadline.plus(SLACK).toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = ErrorCodec.unwrap(e);
            throw cause instanceof OrreryException known
                    ? known
                    : OrreryException.of(ErrorCode.INTERNAL, "unexpected " + cause, cause);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw OrreryException.of(
                    ErrorCode.DEADLINE_EXCEEDED, "waited " + deadline.toMillis() + " ms for " + what, e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw OrreryException.of(ErrorCode.CANCELLED, "interrupted while waiting for " + what, e);
        }
    }
}
