package dev.orrery.benchmarks.report;

import dev.orrery.benchmarks.machine.MachineFacts;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Rows and reports with given medians. */
final class TestingReports {
    private TestingReports() {}

    static Row row(Topic topic, long bytes, int parties, Map<Contender, Double> medians) {
        Map<Contender, List<Double>> runs = new TreeMap<>();
        medians.forEach((contender, median) -> runs.put(contender, List.of(median * 0.5, median, median * 3)));
        return Row.of(new Subject(topic, bytes, 16, parties), List.of(60.0, 70.0, 320.0), runs);
    }

    static PairRow pair(Topic topic, List<Double> first, List<Double> second) {
        return PairRow.of(
                new Subject(topic, 4096, 16, 1),
                Contender.SHARED_MEMORY,
                List.of(60.0),
                new PairRow.Arm(Contender.MANAGED, first),
                new PairRow.Arm(Contender.UNMANAGED, second),
                2);
    }

    static BenchReport report(List<Row> rows, List<PairRow> pairs, Map<String, PeerState> peers) {
        return new BenchReport(
                "2026-01-02",
                false,
                61,
                new MachineFacts("A processor", 2, "8 GB", "6.1", "A JVM 17", "0.1 0.2 0.3"),
                4 << 20,
                256 << 10,
                PairRow.SEED,
                peers,
                rows,
                pairs,
                Targets.of(rows, pairs),
                List.of());
    }
}
