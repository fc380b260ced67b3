package dev.orrery.benchmarks.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each test with a cluster of processes, for a moment. */
class CoreBenchIT {
    private static final CoreBench.Plan PLAN =
            new CoreBench.Plan(1, Duration.ofMillis(50), Duration.ofMillis(50), 40, Duration.ofMinutes(1));

    @TempDir
    private Path folder;

    @Test
    @Tag("full")
    @Timeout(300)
    void everyTestIsMeasured() throws Exception {
        try (OrrerySide side = new OrrerySide(folder)) {
            CoreReport report = new CoreBench(true, PLAN, side, List.of(), row -> {}).run();
            assertEquals(List.of(), report.failures());
            assertEquals(CoreTest.values().length, report.rows().size());
            assertTrue(
                    report.rows().stream().allMatch(row -> row.median("Orrery").orElseThrow() > 0));
            assertTrue(report.actors().get("Orrery").stream()
                    .allMatch(many -> many.count() == 40 && many.perSecond() > 0 && many.bytesEach() > 0));
        }
    }
}
