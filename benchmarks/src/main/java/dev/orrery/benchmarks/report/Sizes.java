package dev.orrery.benchmarks.report;

/** Sizes in words. */
final class Sizes {
    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;

    private Sizes() {}

    static String of(long bytes) {
        if (bytes >= MIB) {
            return bytes / MIB + " MB";
        }
        return bytes >= KIB ? bytes / KIB + " KB" : bytes + " B";
    }
}
