package dev.orrery.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkdownReportTest {
    private static final BenchReport REPORT = TestingReports.report(
            List.of(
                    TestingReports.row(
                            Topic.ONE_WAY,
                            1 << 20,
                            3,
                            Map.of(Contender.SHARED_MEMORY, 9e9, Contender.TCP, 3e9, Contender.GLOO, 3e9)),
                    TestingReports.row(Topic.ONE_WAY, 4 << 20, 3, Map.of(Contender.SHARED_MEMORY, 12e9)),
                    TestingReports.row(
                            Topic.ALL_REDUCE, 4096, 2, Map.of(Contender.SHARED_MEMORY, 1e5, Contender.GLOO, 1e3))),
            List.of(TestingReports.pair(Topic.MANAGEMENT, List.of(1.0, 2.0, 3.0), List.of(1.0, 2.0, 3.0))),
            Map.of("gloo", new PeerState("torch 2", ""), "multiworld", new PeerState("", "it | broke")));

    @Test
    void showsEachSideWithItsRatios() {
        String page = new MarkdownReport(REPORT).page();
        assertTrue(
                page.contains("|  | cores | shared memory | TCP | Gloo | shared memory ÷ Gloo | TCP ÷ Gloo |"), page);
        assertTrue(
                page.contains(
                        "| 1 MB, 16 outstanding, 3 senders | 70.0 ns | 9.00 GB/s | 3.00 GB/s | 3.00 GB/s | 3.00 | 1.00 |"),
                page);
        assertTrue(page.contains("| 4 MB, 16 outstanding, 3 senders | 70.0 ns | 12.0 GB/s |  |  |  |  |"), page);
    }

    @Test
    void showsTheTimeOfACollectiveOperationAndTheRatioOfSpeeds() {
        String page = new MarkdownReport(REPORT).page();
        assertTrue(page.contains("| 4 KB, 2 ranks | 70.0 ns | 10.0 µs | 1000 µs | 100 |"), page);
    }

    @Test
    void showsWhatAPeerDiedOfAndLeavesItOut() {
        String page = new MarkdownReport(REPORT).page();
        assertTrue(page.contains("- multiworld: could not be run: it | broke"), page);
        assertFalse(page.contains("| MultiWorld |"), page);
    }

    @Test
    void namesTheMachine() {
        String page = new MarkdownReport(REPORT).page();
        assertTrue(page.contains("A processor, 2 cores, 8 GB; Linux 6.1; A JVM 17."), page);
    }

    @Test
    void aReportIsReadAsItWasWritten(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("report.json");
        REPORT.write(file);
        assertEquals(REPORT, BenchReport.read(file));
    }
}
