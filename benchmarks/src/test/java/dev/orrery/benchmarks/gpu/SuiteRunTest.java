package dev.orrery.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.benchmarks.gpu.TestEvent.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SuiteRunTest {
    private static final Suite SUITE = new Suite("contract", List.of(), Duration.ofSeconds(7));
    private static final List<String> LINES = List.of(
            new TestEvent(Kind.STARTED, "a", "").line(),
            new TestEvent(Kind.PASSED, "a", "").line(),
            new TestEvent(Kind.STARTED, "b", "").line(),
            new TestEvent(Kind.SKIPPED, "b", "too few GPUs").line(),
            new TestEvent(Kind.STARTED, "c", "").line(),
            new TestEvent(Kind.SKIPPED, "c", "too few GPUs").line());

    private static SuiteResult read(Optional<Integer> exit, List<String> lines) {
        return SuiteRun.read(SUITE, Map.of(), exit, 1, lines);
    }

    private static List<String> and(String... more) {
        List<String> all = new ArrayList<>(LINES);
        all.addAll(List.of(more));
        return all;
    }

    @Test
    void testsAreCountedAndSkipsGroupedByReason() {
        SuiteResult result = read(Optional.of(0), LINES);
        assertEquals(1, result.passed());
        assertEquals(0, result.failed());
        assertEquals(2, result.skipped());
        assertEquals(Map.of("too few GPUs", 2), result.skips());
        assertTrue(result.ended());
    }

    @Test
    void aFailureTellsWhy() {
        SuiteResult result = read(Optional.of(0), and(new TestEvent(Kind.FAILED, "d", "seen too late").line()));
        assertEquals(List.of(new SuiteResult.Failure("d", "seen too late")), result.failures());
    }

    @Test
    void aCrashIsAFailureOfTheTestThatRan() {
        SuiteResult result =
                read(Optional.of(134), and(new TestEvent(Kind.STARTED, "d", "").line(), "{\"kind\":\"PAS"));
        assertFalse(result.ended());
        assertEquals("d", result.failures().get(0).test());
        assertTrue(result.failures().get(0).why().contains("134"));
        assertEquals(1, result.passed());
    }

    @Test
    void oneThatHangsIsNamedWithTheLimit() {
        SuiteResult result = read(Optional.empty(), and(new TestEvent(Kind.STARTED, "d", "").line()));
        assertEquals("d", result.failures().get(0).test());
        assertTrue(result.failures().get(0).why().contains("within 7 s"));
    }

    @Test
    void nothingButSkipsIsNoSuccess() {
        SuiteResult result = read(Optional.of(0), LINES.subList(2, LINES.size()));
        assertEquals(1, result.failed());
        assertTrue(result.failures().get(0).why().contains("no test passed"));
    }
}
