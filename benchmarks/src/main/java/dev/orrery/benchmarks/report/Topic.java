package dev.orrery.benchmarks.report;

/** What a row is about; its unit. */
public enum Topic {
    ONE_WAY("One way", "bytes/s"),
    ROUND_TRIP_HOT("Round trip, back to back", "µs"),
    ROUND_TRIP_PARKED("Round trip, 3 ms after the last one", "µs"),
    ALL_REDUCE("allReduce (FP32 sum)", "operations/s"),
    BROADCAST("broadcast", "operations/s"),
    REDUCTION("Reduction in memory", "bytes/s"),
    BESIDE_IDLE("One world beside 7 idle ones", "bytes/s"),
    FOUR_BUSY("Four busy worlds", "bytes/s"),
    MANAGEMENT("World management", "bytes/s");

    private final String title;
    private final String unit;

    Topic(String title, String unit) {
        this.title = title;
        this.unit = unit;
    }

    /** For people. */
    public String title() {
        return title;
    }

    public String unit() {
        return unit;
    }
}
