package dev.orrery.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetsTest {
    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;

    @Test
    void aRatioIsHeldAgainstItsTarget() {
        Row row = TestingReports.row(
                Topic.ONE_WAY, MIB, 1, Map.of(Contender.SHARED_MEMORY, 8.9e9, Contender.BARE_RING, 10e9));
        Target target = only(row);
        assertEquals(0.89, target.value(), 1e-9);
        assertEquals(0.90, target.target());
        assertFalse(target.met());
    }

    @Test
    void aMachineThatChangesBetweenTwoTurnsDoesNotDecide() {
        Row row = Row.of(
                new Subject(Topic.ONE_WAY, MIB, 16, 1),
                List.of(60.0, 60.0, 320.0),
                Map.of(
                        Contender.SHARED_MEMORY, List.of(47.5e9, 9e9, 9.5e9),
                        Contender.BARE_RING, List.of(50e9, 50e9, 10e9)));
        assertEquals(0.95, only(row).value(), 1e-9);
    }

    @Test
    void aRoundTripIsToBeShorter() {
        Row row = TestingReports.row(
                Topic.ROUND_TRIP_HOT, 64, 1, Map.of(Contender.SHARED_MEMORY, 5.0, Contender.GLOO, 100.0));
        Target target = only(row);
        assertEquals("<=", target.comparison());
        assertEquals(0.05, target.value(), 1e-9);
        assertTrue(target.met());
    }

    @Test
    void whatWasNotMeasuredHasNoTarget() {
        assertEquals(
                List.of(),
                Targets.of(
                        List.of(TestingReports.row(Topic.ONE_WAY, MIB, 1, Map.of(Contender.SHARED_MEMORY, 1.0))),
                        List.of()));
    }

    @Test
    void theNumberOfSendersAndTheSizeDecideWhichTargetsCount() {
        Map<Contender, Double> sides = Map.of(
                Contender.SHARED_MEMORY, 50.0, Contender.TCP, 11.0, Contender.GLOO, 1.0, Contender.MULTIWORLD, 1.0);
        List<Target> one = Targets.of(List.of(TestingReports.row(Topic.ONE_WAY, 4 * KIB, 1, sides)), List.of());
        assertEquals(List.of(60.0, 10.0), one.stream().map(Target::target).toList());
        List<Target> two = Targets.of(List.of(TestingReports.row(Topic.ONE_WAY, 4 * KIB, 2, sides)), List.of());
        assertEquals(List.of(), two);
        List<Target> three = Targets.of(List.of(TestingReports.row(Topic.ONE_WAY, 4 * KIB, 3, sides)), List.of());
        assertEquals(List.of(40.0, 40.0), three.stream().map(Target::target).toList());
    }

    @Test
    void ofPairsTheMedianAndTheLowerBoundCount() {
        PairRow pair = TestingReports.pair(
                Topic.MANAGEMENT, List.of(1.0, 0.9, 1.0, 1.0, 1.0), List.of(1.0, 1.0, 1.0, 1.0, 1.0));
        List<Target> targets = Targets.of(List.of(), List.of(pair));
        assertEquals(List.of(0.99, 0.97), targets.stream().map(Target::target).toList());
        assertEquals(1.0, targets.get(0).value());
        assertEquals(pair.interval().lower(), targets.get(1).value());
    }

    private static Target only(Row row) {
        List<Target> targets = Targets.of(List.of(row), List.of());
        assertEquals(1, targets.size(), targets::toString);
        return targets.get(0);
    }
}
