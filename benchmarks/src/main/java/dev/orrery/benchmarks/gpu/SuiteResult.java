package dev.orrery.benchmarks.gpu;

import java.util.List;
import java.util.Map;

/**
 * What a suite found.
 *
 * @param environment of its process, as far as it concerns CUDA and NCCL
 * @param ended whether it came to its end
 * @param skips how many were skipped for what reason
 */
public record SuiteResult(
        String name,
        Map<String, String> environment,
        boolean ended,
        int passed,
        int failed,
        int skipped,
        double seconds,
        long limitSeconds,
        List<Failure> failures,
        Map<String, Integer> skips) {
    /** Of one test, or of the whole. */
    public record Failure(String test, String why) {}

    public SuiteResult {
        failures = List.copyOf(failures);
    }

    boolean isGood() {
        return ended && failed == 0 && passed > 0;
    }
}
