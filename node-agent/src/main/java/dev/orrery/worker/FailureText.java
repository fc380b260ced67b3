package dev.orrery.worker;

import dev.orrery.error.Failure;
import java.util.Optional;

/** A failure for the log: the first cause with its stack trace, then what it led to, a line each. */
public final class FailureText {
    private FailureText() {}

    public static String of(Failure first) {
        StringBuilder text = new StringBuilder(root(first));
        for (Optional<Failure> next = first.consequence();
                next.isPresent();
                next = next.get().consequence()) {
            text.append("\nwhich led to ").append(next.get().summary());
        }
        return text.toString();
    }

    /** The trace of an exception begins with the exception itself, that of a thread does not. */
    private static String root(Failure first) {
        String trace = first.stackTrace().stripTrailing();
        if (trace.startsWith(first.kind())) {
            return trace;
        }
        return trace.isEmpty() ? first.summary() : first.summary() + "\n" + trace;
    }
}
