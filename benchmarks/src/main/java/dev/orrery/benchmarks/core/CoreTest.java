package dev.orrery.benchmarks.core;

import java.util.OptionalDouble;

/** A test, as {@code ray microbenchmark} names and defines it on two cores. Calls are counted, a second. */
public enum CoreTest {
    GET("single client get calls (Plasma Store)", 1, 1, 10),
    PUT("single client put calls (Plasma Store)", 1, 1, 10),
    TASK_SYNC("single client tasks sync", 1, 1, 8),
    TASK_ASYNC("single client tasks async", 1, 1_000, 10),
    WAIT("single client wait 1k refs", 1, 1_000, Double.NaN),
    ACTOR_SYNC("1:1 actor calls sync", 1, 1, 8),
    ACTOR_ASYNC("1:1 actor calls async", 1, 1_000, 15),
    ONE_TO_N("1:n actor calls async", 1, 5_000, Double.NaN),
    N_TO_N("n:n actor calls async", 4, 5_000, 10);

    private final String title;
    private final int callers;
    private final int batch;
    private final double target;

    CoreTest(String title, int callers, int batch, double target) {
        this.title = title;
        this.callers = callers;
        this.batch = batch;
        this.target = target;
    }

    /** Ray's name of it. */
    public String title() {
        return title;
    }

    /** How many call at a time. */
    int callers() {
        return callers;
    }

    /** How many each of them begins before it waits for the first. */
    int batch() {
        return batch;
    }

    /** This project's figure ÷ Ray's, at least; where there is one. */
    OptionalDouble target() {
        return Double.isNaN(target) ? OptionalDouble.empty() : OptionalDouble.of(target);
    }
}
