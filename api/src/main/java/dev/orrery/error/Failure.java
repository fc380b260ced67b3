package dev.orrery.error;

import java.util.Optional;

/**
 * What went wrong, first cause first: the root cause is this record and what followed from it is {@code consequence}.
 *
 * @param kind class name of an exception, or {@code exit}, {@code signal}, {@code launch}, {@code link}, …
 * @param message for people; for a process it carries the exit code or the signal
 * @param stackTrace empty when there is none
 * @param host where it happened; empty when unknown
 * @param logPath file on {@code host} that tells more; empty when there is none
 */
public record Failure(
        String kind, String message, String stackTrace, String host, String logPath, Optional<Failure> consequence) {

    public static Failure of(String kind, String message) {
        return new Failure(kind, message, "", "", "", Optional.empty());
    }

    /** The failure that {@code thrown} tells of: its innermost cause first, each outer exception a consequence of it. */
    public static Failure of(Throwable thrown) {
        return Failures.firstCauseFirst(thrown);
    }

    public Failure at(String failureHost, String failureLogPath) {
        return new Failure(kind, message, stackTrace, failureHost, failureLogPath, consequence);
    }

    public Failure causing(Failure next) {
        return new Failure(kind, message, stackTrace, host, logPath, Optional.of(next));
    }

    /** One line: kind, message, and where to read on. */
    public String summary() {
        StringBuilder line = new StringBuilder(kind);
        if (!message.isEmpty()) {
            line.append(": ").append(message);
        }
        if (!host.isEmpty()) {
            line.append(" (on ")
                    .append(host)
                    .append(logPath.isEmpty() ? "" : ", log " + logPath)
                    .append(')');
        }
        return line.toString();
    }
}
