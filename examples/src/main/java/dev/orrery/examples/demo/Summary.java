package dev.orrery.examples.demo;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** The report for people. */
final class Summary {
    private final PrintStream out;

    Summary(PrintStream out) {
        this.out = out;
    }

    void print(DemoReport report) {
        out.println();
        line("requests", "%d, answered %d", report.requests(), report.answered());
        line("lost / duplicated / wrong", "%d / %d / %d", report.lost(), report.duplicated(), report.wrong());
        line("lowest cosine", "%.6f (against the whole model)", report.minCosine());
        line("replayed", "%d", report.replayed());
        line("latency", "p50 %.1f ms, p99 %.1f ms", report.p50Ms(), report.p99Ms());
        line("longest time without an answer", "%.0f ms", report.maxGapMs());
        for (DemoReport.Event event : report.events()) {
            line(event.kind(), "%s", times(event));
        }
        line("left behind", "%s", report.leaked().isEmpty() ? "nothing" : report.leaked());
        List<String> failures = report.failures();
        out.println(failures.isEmpty() ? "All held." : "NOT all held:");
        failures.forEach(failure -> out.println("  - " + failure));
        out.flush();
    }

    private static String times(DemoReport.Event event) {
        return event.detectedMs() == null
                ? String.format(Locale.ROOT, "%s, %.0f ms", event.what(), event.tookMs())
                : String.format(
                        Locale.ROOT,
                        "%s, detected after %.1f ms, replaced after %.0f ms",
                        event.what(),
                        event.detectedMs(),
                        event.replacedMs());
    }

    private void line(String name, String format, Object... values) {
        out.printf(Locale.ROOT, "  %-32s %s%n", name, String.format(Locale.ROOT, format, values));
    }
}
