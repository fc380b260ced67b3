package dev.orrery.examples.chaos.history;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** Writes a client's operations as they begin and end. Thread-safe. */
public final class HistoryWriter implements AutoCloseable {
    static final char SEPARATOR = '\t';
    static final String BEGIN = "B";
    static final String END = "E";
    private static final int LINES_AT_ONCE = 100;

    private final BufferedWriter out;
    private final AtomicLong numbers = new AtomicLong();
    private int lines;
    private boolean closed;

    private HistoryWriter(BufferedWriter out) {
        this.out = out;
    }

    public static HistoryWriter create(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            return new HistoryWriter(Files.newBufferedWriter(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write a history to " + file, e);
        }
    }

    public long begin(Operation.Kind kind, String target, long startNanos, long deadlineNanos) {
        long number = numbers.incrementAndGet();
        line(BEGIN, number, kind.name(), target, Long.toString(startNanos), Long.toString(deadlineNanos));
        return number;
    }

    public void end(long number, long endNanos, Operation.Outcome outcome, String detail) {
        line(END, number, Long.toString(endNanos), outcome.name(), clean(detail));
    }

    private static String clean(String detail) {
        return detail.replace(SEPARATOR, ' ').replace('\n', ' ').replace('\r', ' ');
    }

    private synchronized void line(String what, long number, String... rest) {
        if (closed) {
            return;
        }
        try {
            out.append(what).append(SEPARATOR).append(Long.toString(number));
            for (String part : rest) {
                out.append(SEPARATOR).append(part);
            }
            out.append('\n');
            lines++;
            if (lines % LINES_AT_ONCE == 0) {
                out.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the history", e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot end the history", e);
        }
    }
}
