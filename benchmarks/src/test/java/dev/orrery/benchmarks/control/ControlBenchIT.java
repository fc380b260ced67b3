package dev.orrery.benchmarks.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A hundred simulated nodes under real heads and a real ZooKeeper server: what must hold at any speed. */
@Tag("full")
class ControlBenchIT {
    private static final Scale SCALE = new Scale(100, 1_000, 2_000);

    @TempDir
    private Path folder;

    @Test
    @Timeout(300)
    void anIdleClusterWritesNothingAndANewLeaderReconcilesAll() throws Exception {
        ControlReport report =
                new ControlBench(List.of(SCALE), Duration.ofSeconds(3), folder, System.out::println).run();

        assertEquals(List.of(), report.failures());
        ScaleFigures found = report.runs().get(0);
        assertEquals(0, found.idle().writes(), "writes while idle");
        assertEquals(0, found.failover().launches(), "workers launched because of a fail-over");
        assertTrue(found.nodeLoss().moved() > 0, "workers moved from nodes that were lost");
        assertTrue(found.nodeLoss().writes() > 0, "writes when nodes were lost");

        Path file = folder.resolve("report.json");
        report.write(file);
        assertEquals(report, ControlReport.read(file));
        assertTrue(ControlPage.of(report).contains("1000 actors"), "the page tells the scale");
    }
}
