package dev.orrery.benchmarks.core;

/** How a figure of this project grows: with callers, with actors, and with what a call carries there and back. */
enum GrowthTest {
    CALLERS_1("callers, each of its own actor", Kind.CALLERS, 1),
    CALLERS_2("callers, each of its own actor", Kind.CALLERS, 2),
    CALLERS_4("callers, each of its own actor", Kind.CALLERS, 4),
    ACTORS_1("actors, one caller", Kind.ACTORS, 1),
    ACTORS_2("actors, one caller", Kind.ACTORS, 2),
    ACTORS_4("actors, one caller", Kind.ACTORS, 4),
    SUBMITTERS_1("clients that submit tasks", Kind.SUBMITTERS, 1),
    SUBMITTERS_2("clients that submit tasks", Kind.SUBMITTERS, 2),
    SUBMITTERS_4("clients that submit tasks", Kind.SUBMITTERS, 4),
    PAYLOAD_100_B("bytes there and back, one call after the other", Kind.PAYLOAD, 100),
    PAYLOAD_10_KB("bytes there and back, one call after the other", Kind.PAYLOAD, 10_000),
    PAYLOAD_100_KB("bytes there and back, one call after the other", Kind.PAYLOAD, 100_000),
    PAYLOAD_1_MB("bytes there and back, one call after the other", Kind.PAYLOAD, 1_000_000),
    PAYLOAD_10_MB("bytes there and back, one call after the other", Kind.PAYLOAD, 10_000_000);

    /** What grows. */
    enum Kind {
        CALLERS,
        ACTORS,
        SUBMITTERS,
        PAYLOAD
    }

    private final String what;
    private final Kind kind;
    private final int size;

    GrowthTest(String what, Kind kind, int size) {
        this.what = what;
        this.kind = kind;
        this.size = size;
    }

    String title() {
        return "%,d %s".formatted(size, what);
    }

    Kind kind() {
        return kind;
    }

    int size() {
        return size;
    }
}
