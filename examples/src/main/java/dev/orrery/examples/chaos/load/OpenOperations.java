package dev.orrery.examples.chaos.load;

import dev.orrery.error.OrreryException;
import dev.orrery.examples.chaos.history.HistoryWriter;
import dev.orrery.examples.chaos.history.Operation;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Writes down what a client begins and how it ends. Thread-safe. */
final class OpenOperations {
    private final HistoryWriter history;
    private final AtomicInteger open = new AtomicInteger();

    OpenOperations(HistoryWriter history) {
        this.history = history;
    }

    long begin(Operation.Kind kind, String target, Duration deadline) {
        open.incrementAndGet();
        long now = System.nanoTime();
        return history.begin(kind, target, now, now + deadline.toNanos());
    }

    void answered(long number, String answer) {
        history.end(number, System.nanoTime(), Operation.Outcome.ANSWERED, answer);
        open.decrementAndGet();
    }

    void failed(long number, Throwable failure) {
        history.end(number, System.nanoTime(), Operation.Outcome.FAILED, code(failure));
        open.decrementAndGet();
    }

    /** The code of a typed error, and the class of any other. */
    static String code(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof OrreryException typed ? typed.code().name() : cause.toString();
    }

    void awaitNone(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (open.get() > 0 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
