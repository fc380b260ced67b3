package dev.orrery.benchmarks.report;

import java.util.Locale;

/** Rows and figures in words. */
final class Labels {
    private static final double GIGA = 1e9;
    private static final double MICROS_PER_SECOND = 1e6;

    private Labels() {}

    /** Without the topic, where its table is named after that. */
    static String row(Subject subject) {
        String size = Sizes.of(subject.bytes());
        return switch (subject.topic()) {
            case ONE_WAY ->
                "%s, %d outstanding, %s".formatted(size, subject.outstanding(), counted(subject.parties(), "sender"));
            case ALL_REDUCE, BROADCAST -> "%s, %d ranks".formatted(size, subject.parties());
            case ROUND_TRIP_HOT, ROUND_TRIP_PARKED, REDUCTION -> size;
            case BESIDE_IDLE, FOUR_BUSY, MANAGEMENT -> "%s, %d outstanding".formatted(size, subject.outstanding());
        };
    }

    static String full(Subject subject) {
        return subject.topic().title() + ", " + row(subject);
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    /** Operations a second are shown as the time of one. */
    static String value(Topic topic, double value) {
        return switch (topic.unit()) {
            case "bytes/s" -> significant(value / GIGA) + " GB/s";
            case "operations/s" -> significant(MICROS_PER_SECOND / value) + " µs";
            default -> significant(value) + " " + topic.unit();
        };
    }

    /** Three digits that count. */
    static String significant(double value) {
        double size = Math.abs(value);
        String format = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }
}
