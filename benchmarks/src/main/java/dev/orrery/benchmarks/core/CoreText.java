package dev.orrery.benchmarks.core;

import java.util.Locale;
import java.util.stream.Collectors;

/** A row for people. */
public final class CoreText {
    private CoreText() {}

    public static String of(CoreRow row) {
        String sides = row.runs().keySet().stream()
                .map(side -> side + " " + number(row.median(side).orElseThrow()))
                .collect(Collectors.joining(", "));
        return row.test() + ": " + sides + " " + row.unit() + "/s";
    }

    /** Of something a second. */
    static String number(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : "%.2f", value);
    }
}
