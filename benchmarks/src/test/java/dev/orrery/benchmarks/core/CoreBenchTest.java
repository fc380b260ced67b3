package dev.orrery.benchmarks.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.benchmarks.report.PeerState;
import dev.orrery.benchmarks.report.Target;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoreBenchTest {
    private static final CoreBench.Plan PLAN =
            new CoreBench.Plan(2, Duration.ofMillis(20), Duration.ofMillis(500), 30, Duration.ofSeconds(9));

    private final List<String> events = new ArrayList<>();

    private TestingSide side(String name, double figure, CoreTest... failing) {
        return new TestingSide(name, figure, Set.of(failing), events);
    }

    private static CoreReport run(TestingSide own, TestingSide... peers) throws Exception {
        return new CoreBench(true, PLAN, own, List.of(peers), row -> {}).run();
    }

    @Test
    void allSidesTakeTurnsAfterAWarmUp() throws Exception {
        CoreReport report = run(side("a", 30), side("b", 2));
        assertEquals(
                List.of("a starts", "b starts", "a 500", "b 500", "a 20", "b 20", "a 20", "b 20"),
                events.subList(0, 8));
        assertEquals(CoreTest.values().length, report.rows().size());
        assertEquals(
                Map.of("a", List.of(30.0, 30.0), "b", List.of(2.0, 2.0)),
                report.rows().get(0).runs());
        assertEquals(Map.of("b", new PeerState("b 1", "")), report.peers());
        assertEquals(GrowthTest.values().length, report.growth().size());
        assertEquals(List.of(), report.failures());
    }

    @Test
    void eachTestHasItsTarget() throws Exception {
        List<Target> targets = run(side("a", 10), side("b", 1)).targets();
        assertEquals(11, targets.size());
        assertEquals(Target.atLeast("a ÷ b: single client get calls (Plasma Store)", 10, 10), targets.get(0));
        assertTrue(targets.contains(Target.atLeast("a ÷ b: 1:1 actor calls async", 10, 15)));
        assertTrue(targets.contains(Target.atLeast("a ÷ b: small actors started", 10, 5)));
        assertTrue(targets.contains(Target.atMost("a ÷ b: memory of a small actor", 10, 0.05)));
        assertTrue(targets.get(0).met());
    }

    @Test
    void aPeerThatFailsIsLeftOutFromThenOn() throws Exception {
        CoreReport report = run(side("a", 30), side("b", 2, CoreTest.GET));
        assertEquals(Map.of("b", new PeerState("b 1", "broken")), report.peers());
        assertTrue(report.rows().stream().allMatch(row -> row.runs().keySet().equals(Set.of("a"))));
        assertEquals(List.of(), report.targets());
        assertEquals(List.of(), report.failures());
    }

    @Test
    void anOwnTestThatFailsIsAFailureOfTheRun() throws Exception {
        CoreReport report = run(side("a", 30, CoreTest.ACTOR_SYNC), side("b", 2));
        assertEquals(List.of("1:1 actor calls sync: broken"), report.failures());
        assertEquals(CoreTest.values().length - 1, report.rows().size());
    }

    @Test
    void aReportIsReadAsItWasWrittenAndShownAsAPage(@TempDir Path folder) throws Exception {
        CoreReport report = run(side("Orrery", 30_000), side("Ray", 2_000));
        Path file = folder.resolve("core.json");
        report.write(file);
        assertEquals(report, CoreReport.read(file));
        String page = CorePage.of(report);
        assertTrue(page.contains("| test | Orrery | Ray | Orrery ÷ Ray |\n|---|---|---|---|\n"), page);
        assertTrue(page.contains("| 1:1 actor calls sync | 30,000 calls/s | 2,000 calls/s | 15.0 |\n"), page);
        assertTrue(page.contains("Ray Ray 1. "), page);
        assertTrue(page.contains("| Orrery | 30 | 30,000/s | 0.03 MB |"), page);
    }
}
