package dev.orrery.head.placement;

import dev.orrery.internal.proto.Resources;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongBinaryOperator;

/**
 * Amounts of what is only counted: CPUs, memory, and the resources that nodes name. GPUs are not, each of them is handed out.
 *
 * @param milliNamed thousandths, by name
 */
public record Amounts(long milliCpus, long memoryBytes, Map<String, Long> milliNamed) {
    public static final Amounts NONE = new Amounts(0, 0, Map.of());

    public Amounts {
        milliNamed = Map.copyOf(milliNamed);
    }

    public static Amounts of(Resources resources) {
        return new Amounts(resources.getMilliCpus(), resources.getMemoryBytes(), resources.getMilliNamedMap());
    }

    public Amounts plus(Amounts other) {
        return combine(other, Long::sum);
    }

    public Amounts minus(Amounts other) {
        return combine(other, (mine, others) -> mine - others);
    }

    private Amounts combine(Amounts other, LongBinaryOperator operator) {
        Map<String, Long> named = milliNamed;
        if (!other.milliNamed.isEmpty()) {
            named = new HashMap<>(milliNamed);
            for (String name : other.milliNamed.keySet()) {
                named.put(name, operator.applyAsLong(named(name), other.named(name)));
            }
        }
        return new Amounts(
                operator.applyAsLong(milliCpus, other.milliCpus),
                operator.applyAsLong(memoryBytes, other.memoryBytes),
                named);
    }

    /** The CPUs are lent to others. */
    public Amounts withoutCpus() {
        return new Amounts(0, memoryBytes, milliNamed);
    }

    /** Where less than nothing is free, nothing is. */
    Amounts orNone() {
        Map<String, Long> named = new HashMap<>(milliNamed);
        named.replaceAll((name, amount) -> Math.max(0, amount));
        return new Amounts(Math.max(0, milliCpus), Math.max(0, memoryBytes), named);
    }

    /** In thousandths. */
    long named(String name) {
        return milliNamed.getOrDefault(name, 0L);
    }

    /** What needs nothing of a kind fits also where less than nothing of it is free. */
    boolean cover(Amounts need) {
        for (String name : need.milliNamed.keySet()) {
            if (!covers(named(name), need.named(name))) {
                return false;
            }
        }
        return covers(milliCpus, need.milliCpus) && covers(memoryBytes, need.memoryBytes);
    }

    private static boolean covers(long free, long need) {
        return need == 0 || need <= free;
    }

    /** How much of a total is taken when this is free: of the kind of which most is. */
    double load(Amounts total) {
        double load = total.milliCpus == 0 ? 1.0 : taken(milliCpus, total.milliCpus);
        load = Math.max(load, taken(memoryBytes, total.memoryBytes));
        for (String name : total.milliNamed.keySet()) {
            load = Math.max(load, taken(named(name), total.named(name)));
        }
        return load;
    }

    private static double taken(long free, long total) {
        return total == 0 ? 0.0 : 1.0 - (double) free / total;
    }

    public Resources toMessage() {
        return Resources.newBuilder()
                .setMilliCpus(milliCpus)
                .setMemoryBytes(memoryBytes)
                .putAllMilliNamed(milliNamed)
                .build();
    }
}
