package dev.orrery.benchmarks.core;

/** A test, as {@code ray microbenchmark} names and defines it; what is counted, a second. */
public enum CoreTest {
    ACTOR_SYNC("1:1 actor calls sync", "calls", 1, 8),
    ACTOR_ASYNC("1:1 actor calls async", "calls", 1_000, 15);

    private final String title;
    private final String unit;
    private final int batch;
    private final double target;

    CoreTest(String title, String unit, int batch, double target) {
        this.title = title;
        this.unit = unit;
        this.batch = batch;
        this.target = target;
    }

    /** Ray's name of it. */
    public String title() {
        return title;
    }

    /** What is counted, in the plural. */
    public String unit() {
        return unit;
    }

    /** How many are begun before the first of them is waited for. */
    int batch() {
        return batch;
    }

    /** This project's figure ÷ Ray's, at least. */
    double target() {
        return target;
    }
}
