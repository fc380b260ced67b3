package dev.orrery.examples.demo;

import java.io.PrintStream;
import java.util.Locale;

/** Lines, for logs and for terminals that cannot do more. */
final class PlainView implements LiveView {
    private static final int EVERY = 10;

    private final PrintStream out;
    private int calls;

    PlainView(PrintStream out) {
        this.out = out;
    }

    @Override
    public void progress(int answered, int expected, double perSecond, double p50, double p99, String status) {
        if (calls++ % EVERY == 0) {
            out.printf(
                    Locale.ROOT,
                    "  %5d answered  %5.1f/s  p50 %.1f ms  p99 %.1f ms  %s%n",
                    answered,
                    perSecond,
                    p50,
                    p99,
                    status);
        }
    }

    @Override
    public void event(String line) {
        out.println("* " + line);
    }

    @Override
    public void close() {
        out.flush();
    }
}
