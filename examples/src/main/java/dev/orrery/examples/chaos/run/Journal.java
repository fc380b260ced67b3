package dev.orrery.examples.chaos.run;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What happened in a run, in order. Thread-safe. */
final class Journal {
    private static final double NANOS = 1e9;

    /** @param nanos by {@link System#nanoTime()} */
    record Entry(long nanos, String what) {}

    private final long startNanos;
    private final PrintStream out;
    private final List<Entry> entries = new ArrayList<>();

    Journal(long startNanos, PrintStream out) {
        this.startNanos = startNanos;
        this.out = out;
    }

    synchronized void note(String what) {
        Entry entry = new Entry(System.nanoTime(), what);
        entries.add(entry);
        out.println(text(entry));
    }

    private String text(Entry entry) {
        return String.format(Locale.ROOT, "%8.3f s  %s", (entry.nanos() - startNanos) / NANOS, entry.what());
    }

    /** Seconds since the start of the run. */
    double seconds(long nanos) {
        return Math.round((nanos - startNanos) / 1e6) / 1e3;
    }

    /** All that was noted between the two times, as lines. */
    synchronized List<String> between(long fromNanos, long toNanos) {
        return entries.stream()
                .filter(entry -> entry.nanos() >= fromNanos && entry.nanos() <= toNanos)
                .map(this::text)
                .toList();
    }
}
