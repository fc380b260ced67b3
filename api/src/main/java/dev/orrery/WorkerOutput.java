package dev.orrery;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.util.function.Consumer;

/**
 * Where a driver shows the lines that the workers of its actors and tasks print, each with a prefix like
 * {@code (Counter pid=1234, node-2) }. Lines of one worker come in their order, half a second late or so; none is waited for: what
 * is printed faster than it may be shown, or can be read, is left out and counted in a line of its own. Workers print into files
 * whatever becomes of the driver; {@code orrery logs} shows those.
 *
 * <p>It shows what this connection started itself: no pipelines, and not what its actors and tasks start.
 *
 * @param to takes the lines one after the other on a thread of the connection's; it may block, which delays later lines and
 *     nothing else
 * @param linesPerSecond most lines that are shown in a second
 */
public record WorkerOutput(Consumer<String> to, int linesPerSecond) {
    static final int DEFAULT_LINES_PER_SECOND = 1_000;
    private static final int MOST_LINES_PER_SECOND = 1_000_000;

    public WorkerOutput {
        Given.given("where worker output goes", to);
        if (linesPerSecond < 1 || linesPerSecond > MOST_LINES_PER_SECOND) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "linesPerSecond must be 1 to " + MOST_LINES_PER_SECOND + ", not " + linesPerSecond);
        }
    }

    /** At most 1,000 lines a second. */
    public static WorkerOutput to(Consumer<String> sink) {
        return new WorkerOutput(sink, DEFAULT_LINES_PER_SECOND);
    }

    /** On this process's standard error; at most 1,000 lines a second. */
    public static WorkerOutput toStandardError() {
        return to(System.err::println);
    }

    /** The same, with at most so many lines in each second. */
    public WorkerOutput atMost(int lines) {
        return new WorkerOutput(to, lines);
    }
}
