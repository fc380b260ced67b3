package dev.orrery.examples.chaos.history;

/**
 * Something that a client asked for, and what became of it. Times are of {@link System#nanoTime()}, which is one clock for
 * all processes of a Linux host.
 *
 * @param client who asked
 * @param number unique at its client
 * @param target the pipeline or the actor
 * @param deadlineNanos by which it has to end
 * @param endNanos meaningless while it is open
 * @param detail the answer, or the error's code
 */
public record Operation(
        String client,
        long number,
        Kind kind,
        String target,
        long startNanos,
        long deadlineNanos,
        long endNanos,
        Outcome outcome,
        String detail) {

    /** What was asked for. */
    public enum Kind {
        /** Of a pipeline. */
        REQUEST,
        /** Of a counter. */
        INCREMENT
    }

    /** How it ended. */
    public enum Outcome {
        ANSWERED,
        FAILED,
        /** It did not. */
        OPEN,
        /** Once more after it had ended. */
        AGAIN
    }

    @Override
    public String toString() {
        return client + "/" + number + " " + kind + " " + target + " " + outcome + " " + detail;
    }
}
