package dev.orrery.benchmarks.core;

import java.util.OptionalDouble;

/** A test, as {@code ray microbenchmark} names and defines it on two cores; those of 100 MB are this project's own. */
public enum CoreTest {
    GET("single client get calls (Plasma Store)", 10),
    PUT("single client put calls (Plasma Store)", 10),
    MULTI_PUT("multi client put calls (Plasma Store)"),
    PUT_LARGE("single client put gigabytes", Unit.GIGABYTES),
    MULTI_PUT_LARGE("multi client put gigabytes", Unit.GIGABYTES),
    TENSOR("put and get gigabytes, 100 MB tensors", Unit.GIGABYTES, 1),
    ARRAY("put and get gigabytes, 100 MB arrays", Unit.GIGABYTES, 0.5),
    TASKS_AND_GET("single client tasks and get batch", Unit.BATCHES),
    GET_REFERENCES("single client get object containing 10k refs", Unit.OBJECTS),
    WAIT("single client wait 1k refs", Unit.BATCHES),
    TASK_SYNC("single client tasks sync", 8),
    TASK_ASYNC("single client tasks async", 10),
    MULTI_TASK_ASYNC("multi client tasks async"),
    ACTOR_SYNC("1:1 actor calls sync", 8),
    ACTOR_ASYNC("1:1 actor calls async", 15),
    ACTOR_CONCURRENT("1:1 actor calls concurrent"),
    ONE_TO_N("1:n actor calls async"),
    N_TO_N("n:n actor calls async", 10),
    N_TO_N_ARG("n:n actor calls with arg async"),
    ASYNC_ACTOR_SYNC("1:1 async-actor calls sync"),
    ASYNC_ACTOR_ASYNC("1:1 async-actor calls async"),
    ASYNC_ACTOR_ARG("1:1 async-actor calls with args async"),
    ASYNC_ONE_TO_N("1:n async-actor calls async"),
    ASYNC_N_TO_N("n:n async-actor calls async"),
    PLACEMENT_GROUP("placement group create/removal", Unit.GROUPS);

    /** What is counted, a second. */
    enum Unit {
        CALLS("calls"),
        BATCHES("batches"),
        GIGABYTES("GB"),
        GROUPS("groups"),
        OBJECTS("objects");

        private final String text;

        Unit(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    private final String title;
    private final Unit unit;
    private final double target;

    CoreTest(String title) {
        this(title, Unit.CALLS, Double.NaN);
    }

    CoreTest(String title, double target) {
        this(title, Unit.CALLS, target);
    }

    CoreTest(String title, Unit unit) {
        this(title, unit, Double.NaN);
    }

    CoreTest(String title, Unit unit, double target) {
        this.title = title;
        this.unit = unit;
        this.target = target;
    }

    /** Ray's name of it. */
    public String title() {
        return title;
    }

    Unit unit() {
        return unit;
    }

    /** This project's figure ÷ Ray's, at least; where there is one. */
    OptionalDouble target() {
        return Double.isNaN(target) ? OptionalDouble.empty() : OptionalDouble.of(target);
    }
}
