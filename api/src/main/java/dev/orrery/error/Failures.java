package dev.orrery.error;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/** Turns exceptions into failures. */
final class Failures {
    /** A trace of a deep recursion would not fit into a record of the store. */
    private static final int MAX_TRACE_CHARS = 8_000;

    private static final int MAX_MESSAGE_CHARS = 4_000;
    private static final int MAX_CAUSES = 10;

    private Failures() {}

    static Failure firstCauseFirst(Throwable thrown) {
        Optional<Failure> outer = Optional.empty();
        Throwable current = thrown;
        for (int depth = 0; ; depth++) {
            Throwable cause = current.getCause();
            boolean last = cause == null || cause == current || depth == MAX_CAUSES;
            boolean wrapper = current instanceof CompletionException || current instanceof ExecutionException;
            if (last || !wrapper) {
                outer = Optional.of(link(current, last, outer));
            }
            if (last) {
                return outer.get();
            }
            current = cause;
        }
    }

    private static Failure link(Throwable thrown, boolean root, Optional<Failure> consequence) {
        String message = cut(told(() -> thrown.getMessage() == null ? "" : thrown.getMessage()), MAX_MESSAGE_CHARS);
        String trace = root ? cut(told(() -> trace(thrown)), MAX_TRACE_CHARS) : "";
        return new Failure(thrown.getClass().getName(), message, trace, "", "", consequence);
    }

    /** An exception is the user's code too, and may throw when it is asked. */
    private static String told(Supplier<String> question) {
        try {
            return question.get();
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            return "(cannot be told: " + e.getClass().getName() + ")";
        }
    }

    private static String trace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static String cut(String text, int limit) {
        return text.length() <= limit ? text : text.substring(0, limit) + "…";
    }
}
