package dev.orrery.benchmarks.scenario;

import java.time.Duration;
import java.util.List;

/**
 * How thoroughly is measured.
 *
 * @param runs of each side of a row
 * @param pairs of each comparison of a world with itself
 * @param pairTime the same as {@code runTime} for each of a pair: short, so that both meet the same machine
 * @param runTime how long the measured part of a run is to take; runs of large messages take longer
 * @param warmUp how long each side of a row runs before it is measured, so that its code is compiled
 * @param sizes of messages, in bytes
 * @param collectiveSizes of tensors, in bytes
 */
public record RunPlan(
        int runs,
        int pairs,
        Duration pairTime,
        Duration runTime,
        Duration warmUp,
        List<Long> sizes,
        List<Long> collectiveSizes) {
    public static final long KIB = 1L << 10;
    public static final long MIB = 1L << 20;

    public RunPlan {
        sizes = List.copyOf(sizes);
        collectiveSizes = List.copyOf(collectiveSizes);
    }

    /** The same for runs in pairs. */
    RunPlan ofPairs() {
        return new RunPlan(runs, pairs, pairTime, pairTime, warmUp, sizes, collectiveSizes);
    }

    public static RunPlan complete() {
        return new RunPlan(
                7,
                45,
                Duration.ofMillis(40),
                Duration.ofMillis(150),
                Duration.ofMillis(400),
                List.of(4 * KIB, 64 * KIB, MIB, 4 * MIB, 64 * MIB),
                List.of(4 * KIB, 4 * MIB, 64 * MIB));
    }

    /** Of tensors on GPUs. */
    public static RunPlan ofDevices() {
        List<Long> sizes = List.of(4 * KIB, 256 * KIB, MIB, 4 * MIB, 64 * MIB);
        return new RunPlan(7, 0, Duration.ZERO, Duration.ofMillis(150), Duration.ofMillis(400), sizes, sizes);
    }

    public static RunPlan quickOfDevices() {
        return new RunPlan(
                5, 0, Duration.ZERO, Duration.ofMillis(20), Duration.ofMillis(50), List.of(4 * KIB, MIB), List.of(MIB));
    }

    /** For a look: figures vary more. */
    public static RunPlan quick() {
        return new RunPlan(
                5,
                5,
                Duration.ofMillis(20),
                Duration.ofMillis(30),
                Duration.ofMillis(200),
                List.of(4 * KIB, MIB, 4 * MIB),
                List.of(4 * KIB, 4 * MIB));
    }
}
