package dev.orrery.benchmarks.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.benchmarks.report.BenchReport;
import dev.orrery.benchmarks.report.Contender;
import dev.orrery.benchmarks.report.MarkdownReport;
import dev.orrery.benchmarks.report.PairRow;
import dev.orrery.benchmarks.report.Row;
import dev.orrery.benchmarks.report.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run with little of everything: its figures say nothing, but each comes from processes that moved checked data. */
@Tag("full")
class BenchWorldsIT {
    private static final RunPlan PLAN = new RunPlan(
            5,
            3,
            Duration.ofMillis(5),
            Duration.ofMillis(5),
            Duration.ofMillis(5),
            List.of(4 * RunPlan.KIB, RunPlan.MIB),
            List.of(4 * RunPlan.KIB));
    private static final Set<Contender> OWN = EnumSet.of(Contender.SHARED_MEMORY, Contender.TCP);

    @TempDir
    private Path folder;

    @Test
    @Timeout(300)
    void measuresEverythingThatIsPromised() throws Exception {
        WorldsBench.Options options = new WorldsBench.Options(PLAN, true, Optional.empty(), folder);
        BenchReport report = new WorldsBench(options, new SilentProgress()).run();

        assertEquals(List.of(), report.failures());
        assertEquals(2 * 2 * 3, count(report, Topic.ONE_WAY));
        assertEquals(1, count(report, Topic.ROUND_TRIP_HOT));
        assertEquals(1, count(report, Topic.ROUND_TRIP_PARKED));
        assertEquals(2, count(report, Topic.ALL_REDUCE));
        assertEquals(2, count(report, Topic.BROADCAST));
        report.rows().forEach(BenchWorldsIT::checkRow);
        report.pairs().forEach(BenchWorldsIT::checkPair);
        Set<Topic> compared =
                report.pairs().stream().map(pair -> pair.subject().topic()).collect(Collectors.toSet());
        assertEquals(EnumSet.of(Topic.BESIDE_IDLE, Topic.MANAGEMENT, Topic.FOUR_BUSY), compared);
        assertFalse(report.targets().isEmpty());
        checkFile(report);
    }

    private static long count(BenchReport report, Topic topic) {
        return report.rows().stream()
                .filter(row -> row.subject().topic() == topic)
                .count();
    }

    private static void checkRow(Row row) {
        Set<Contender> contenders =
                row.sides().stream().map(Row.Side::contender).collect(Collectors.toSet());
        if (row.subject().topic() == Topic.REDUCTION) {
            assertEquals(Set.of(Contender.SUM, Contender.COPY), contenders);
            assertEquals(PLAN.runs(), row.sides().get(0).runs().size());
            return;
        }
        assertTrue(contenders.containsAll(OWN), row::toString);
        boolean bare = contenders.contains(Contender.BARE_RING) && contenders.contains(Contender.BARE_SOCKETS);
        boolean pairOnly = row.subject().parties() == 1;
        assertEquals(pairOnly, bare, row::toString);
        assertEquals(PLAN.runs(), row.coreRoundTripNanos().size());
        row.coreRoundTripNanos().forEach(BenchWorldsIT::checkMeasured);
        for (Row.Side side : row.sides()) {
            assertEquals(PLAN.runs(), side.runs().size(), row::toString);
            side.runs().forEach(BenchWorldsIT::checkMeasured);
        }
    }

    private static void checkPair(PairRow pair) {
        assertEquals(PLAN.pairs(), pair.first().runs().size());
        assertEquals(PLAN.pairs(), pair.second().runs().size());
        pair.first().runs().forEach(BenchWorldsIT::checkMeasured);
        assertTrue(pair.interval().lower() <= pair.medianRatio(), pair::toString);
        assertTrue(pair.interval().upper() >= pair.medianRatio(), pair::toString);
    }

    private static void checkMeasured(double value) {
        assertTrue(value > 0 && Double.isFinite(value), () -> "not measured: " + value);
    }

    private void checkFile(BenchReport report) throws Exception {
        Path file = folder.resolve("worlds.json");
        report.write(file);
        assertEquals(report, BenchReport.read(file));
        String page = new MarkdownReport(report).page();
        assertTrue(page.contains(report.machine().cpu()), page);
    }

    private static final class SilentProgress implements Progress {
        @Override
        public void phase(String what) {}

        @Override
        public void row(Row row) {}

        @Override
        public void pair(PairRow pair) {}
    }
}
