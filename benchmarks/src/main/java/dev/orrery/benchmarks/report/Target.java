package dev.orrery.benchmarks.report;

/** @param comparison how value and target are to stand: {@code >=} or {@code <=} */
public record Target(String name, double value, String comparison, double target, boolean met) {
    public static Target atLeast(String name, double value, double target) {
        return new Target(name, value, ">=", target, value >= target);
    }

    public static Target atMost(String name, double value, double target) {
        return new Target(name, value, "<=", target, value <= target);
    }
}
